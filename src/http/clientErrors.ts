import { randomUUID } from 'node:crypto';
import { GraphQLError, Kind } from 'graphql';
import type { Logger } from 'pino';
import { AppError } from '../errors.ts';
import { shortened } from './shortMessages.ts';

/**
 * What of an error a client may see: errors of this API and of graphql-js as they are, each with a code; any other as
 * an id, under which the log holds it whole.
 */
export function createErrorMask(log: Logger): (error: unknown) => Error {
  return (error) => shortened(masked(error));

  function masked(error: unknown): GraphQLError {
    const original = error instanceof GraphQLError ? error.originalError : error;
    if (original instanceof AppError) {
      if (original.cause)
        log[original.extensions.http.status >= 500 ? 'warn' : 'debug'](
          { err: original.cause, code: original.code },
          original.message,
        );
      return error instanceof GraphQLError ? error : located(error, original.message, { ...original.extensions });
    }
    if (error instanceof GraphQLError && (!original || original instanceof GraphQLError)) return coded(error);
    const id = randomUUID();
    log.error({ err: original, id, path: error instanceof GraphQLError ? error.path : undefined }, 'Unexpected error');
    return located(error, 'Unexpected error', { code: 'INTERNAL_SERVER_ERROR', id, http: { status: 500 } });
  }
}

/** Codes of Yoga's own, in the words of this API. */
const ownCodes: Readonly<Record<string, string>> = {
  BAD_REQUEST: 'BAD_USER_INPUT',
  OPERATION_RESOLUTION_FAILURE: 'BAD_USER_INPUT',
  REQUEST_ENTITY_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
};

/**
 * graphql-js gives its errors no code: of a field of the response it says that a value did not fit its type; anything
 * else, an argument of such a field too, was wrong in the request.
 */
function coded(error: GraphQLError): GraphQLError {
  const { code } = error.extensions;
  if (typeof code === 'string') {
    return code in ownCodes ? located(error, error.message, { ...error.extensions, code: ownCodes[code] }) : error;
  }
  const isOfValue = error.path && error.nodes?.[0]?.kind === Kind.FIELD;
  const extensions = isOfValue
    ? { code: 'VALUE_NOT_REPRESENTABLE', http: { spec: true, status: 500 } }
    : { code: 'BAD_USER_INPUT', http: { spec: true, status: 400 } };
  return located(error, error.message, { ...error.extensions, ...extensions });
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
