import { type GraphQLSchema, getOperationAST, type OperationDefinitionNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import { badInput } from '../errors.ts';
import { maxNesting, nestsTooDeep } from '../pricing/scan.ts';
import { readVariables } from '../schema/variables.ts';

/** Converts the variables to the form that their types expect; throws BAD_USER_INPUT for values nested too deeply. */
export function variablesOf(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode | null | undefined,
  variables: unknown,
): unknown {
  if (nestsTooDeep(variables)) throw badInput(`The variables nest deeper than ${maxNesting} lists and objects`);
  return operation && isObject(variables) ? readVariables(schema, operation, variables) : variables;
}

/** Converts each variable to the form that its type expects, before any other plugin looks at it. */
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
