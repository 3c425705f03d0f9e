import { getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import { badInput } from '../errors.ts';
import { maxNesting, nestsTooDeep } from '../pricing/scan.ts';
import { readVariables } from '../schema/variables.ts';

/** Gives each variable the form that its type asks for, before anything else looks at it; none may nest without end. */
export function useVariables(): Plugin<Context> {
  return {
    onValidate({ params: { schema, documentAST }, context: { params } }) {
      if (nestsTooDeep(params.variables))
        throw badInput(`The variables nest more than ${maxNesting} lists and objects`);
      const operation = getOperationAST(documentAST, params.operationName);
      if (operation && isObject(params.variables))
        params.variables = readVariables(schema, operation, params.variables);
    },
  };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
