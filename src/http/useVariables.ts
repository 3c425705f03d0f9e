import { getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import { badInput } from '../errors.ts';
import { maxNesting, nestsTooDeep } from '../pricing/scan.ts';
import { readVariables } from '../schema/variables.ts';

/**
 * Converts each variable to the form that its type expects, before any other plugin looks at it. Throws BAD_USER_INPUT
 * for values that nest too deeply, and for the name `__proto__`.
 */
export function useVariables(): Plugin<Context> {
  return {
    onValidate({ params: { schema, documentAST }, context: { params } }) {
      const { variables } = params;
      if (nestsTooDeep(variables)) throw badInput(`The variables nest deeper than ${maxNesting} lists and objects`);
      const operation = getOperationAST(documentAST, params.operationName);
      // Yoga's executor would lose it, and with it a filter.
      if (operation?.variableDefinitions?.some(({ variable }) => variable.name.value === '__proto__'))
        throw badInput('A variable cannot be called $__proto__: give it another name');
      if (operation && isObject(variables)) params.variables = readVariables(schema, operation, variables);
    },
  };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
