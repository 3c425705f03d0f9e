import { randomUUID } from 'node:crypto';
import { GraphQLError, Kind } from 'graphql';
import type { Logger } from 'pino';
import { AppError } from '../errors.ts';
import { shortened } from './shortMessages.ts';

/**
 * Creates the function that masks errors before a client sees them. Errors of this API and of graphql-js pass with a
 * code; any other becomes an id, under which the error itself is logged.
 */
export function createErrorMask(log: Logger): (error: unknown) => Error {
  return (error) => shortened(masked(error));

  function masked(error: unknown): GraphQLError {
    const original = originOf(error);
    if (original instanceof AppError) {
      if (original.cause)
        log[original.extensions.http.status >= 500 ? 'warn' : 'debug'](
          { err: original.cause, code: original.code },
          original.message,
        );
      if (!(error instanceof GraphQLError)) return located(error, original.message, { ...original.extensions });
      const extensions = { ...original.extensions, ...error.extensions };
      return located(error, error.message, extensions.code === 'BAD_USER_INPUT' ? ofValue(extensions) : extensions);
    }
    if (error instanceof GraphQLError && !original) return coded(error);
    const id = randomUUID();
    log.error({ err: original, id, path: error instanceof GraphQLError ? error.path : undefined }, 'Unexpected error');
    return located(error, 'Unexpected error', { code: 'INTERNAL_SERVER_ERROR', id, http: { status: 500 } });
  }
}

/** Returns the error from which a GraphQLError was made, also indirectly: graphql-js wraps a wrong value twice. */
function originOf(error: unknown): unknown {
  return error instanceof GraphQLError ? error.originalError && originOf(error.originalError) : error;
}

/**
 * Returns the extensions of an error in a value. The request itself is well-formed, and with `spec` Yoga answers a 200
 * under application/json.
 */
const ofValue = (extensions: GraphQLError['extensions']) => ({ ...extensions, http: { spec: true, status: 400 } });

/** The API's code for each code that Yoga sets itself. */
const ownCodes: Readonly<Record<string, string>> = {
  BAD_REQUEST: 'BAD_USER_INPUT',
  OPERATION_RESOLUTION_FAILURE: 'BAD_USER_INPUT',
  REQUEST_ENTITY_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
};

/**
 * Adds a code to an error of graphql-js, which sets none. An error located at a field is the server's: the field's
 * value did not fit its type. All others, such as wrong arguments, are the client's.
 */
function coded(error: GraphQLError): GraphQLError {
  const { code } = error.extensions;
  if (typeof code === 'string') {
    return code in ownCodes ? located(error, error.message, { ...error.extensions, code: ownCodes[code] }) : error;
  }
  const isOfField = error.path && error.nodes?.[0]?.kind === Kind.FIELD;
  return isOfField
    ? located(error, error.message, {
        ...error.extensions,
        code: 'VALUE_NOT_REPRESENTABLE',
        http: { status: 500 },
      })
    : located(error, error.message, { ...ofValue(error.extensions), code: 'BAD_USER_INPUT' });
}

const located = (error: unknown, message: string, extensions: Record<string, unknown>): GraphQLError =>
  new GraphQLError(message, {
    ...(error instanceof GraphQLError && {
      nodes: error.nodes,
      path: error.path,
      source: error.source,
      positions: error.positions,
    }),
    extensions,
  });
