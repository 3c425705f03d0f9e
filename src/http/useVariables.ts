import { type GraphQLSchema, getOperationAST, type OperationDefinitionNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import { badInput } from '../errors.ts';
import { maxNesting, nestsTooDeep } from '../pricing/scan.ts';
import { readVariables } from '../schema/variables.ts';

/** The variables in the form that their types ask for; throws BAD_USER_INPUT where they nest without end. */
export function variablesOf(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode | null | undefined,
  variables: unknown,
): unknown {
  if (nestsTooDeep(variables)) throw badInput(`The variables nest more than ${maxNesting} lists and objects`);
  return operation && isObject(variables) ? readVariables(schema, operation, variables) : variables;
}

/** Gives each variable the form that its type asks for, before anything else looks at it. */
export function useVariables(): Plugin<Context> {
  return {
    onValidate({ params: { schema, documentAST }, context: { params } }) {
      const operation = getOperationAST(documentAST, params.operationName);
      params.variables = variablesOf(schema, operation, params.variables) as typeof params.variables;
    },
  };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
