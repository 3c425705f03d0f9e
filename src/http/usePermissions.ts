import { type DocumentNode, GraphQLError, getOperationAST, type OperationTypeNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { type Permission, permissionNames } from '../config/auth.ts';
import type { Context } from '../context.ts';
import { AppError } from '../errors.ts';

/** Returns the permission that an operation needs: mutations write, all others read. */
export const permissionFor = (operation: `${OperationTypeNode}`): Permission =>
  operation === 'mutation' ? 'write' : 'read';

/** Returns the error for a caller who may not run an operation; undefined if they may. */
export function refusalOf(
  operation: `${OperationTypeNode}`,
  { caller }: Pick<Context, 'caller'>,
): GraphQLError | undefined {
  const needed = permissionFor(operation);
  if (caller?.permissions.has(needed)) return undefined;
  const message = `A ${operation} needs the role or scope "${permissionNames[needed]}"`;
  const { code, http } = new AppError('FORBIDDEN', message).extensions;
  const headers = { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${permissionNames[needed]}"` };
  return new GraphQLError(message, { extensions: { code, http: { ...http, headers } } });
}

interface Operation {
  readonly document: DocumentNode;
  readonly operationName?: string | null;
  readonly contextValue: Context;
}

/** Refuses operations that the caller may not run. */
export function usePermissions(): Plugin<Context> {
  const objection = ({ document, operationName, contextValue }: Operation) =>
    refusalOf(getOperationAST(document, operationName)?.operation ?? 'query', contextValue);
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const found = objection(args);
      if (found) setResultAndStopExecution({ errors: [found] });
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const found = objection(args);
      if (found) setResultAndStopExecution({ errors: [found] });
    },
  };
}
