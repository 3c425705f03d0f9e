import { type ExecutionResult, type GraphQLError, getOperationAST } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import { badInput } from '../errors.ts';
import { maxNesting, nestsTooDeep } from '../pricing/scan.ts';
import { operatorMeant, suggestion } from '../schema/didYouMean.ts';
import { readVariables } from '../schema/variables.ts';

/** Context of a request whose variables contain another server's operators. */
interface SuggestedContext {
  /** Suggestions of ours, by operator. */
  readonly suggestions?: ReadonlyMap<string, GraphQLError>;
}

/**
 * Converts each variable to the form that its type expects, before any other plugin looks at it. Throws BAD_USER_INPUT
 * for values that nest too deeply, and for the name `__proto__`. When the executor refuses another server's operators,
 * suggests ours.
 */
export function useVariables(): Plugin<Context & SuggestedContext> {
  return {
    onValidate({ params: { schema, documentAST }, context: { params }, extendContext }) {
      const { variables } = params;
      if (nestsTooDeep(variables)) throw badInput(`The variables nest deeper than ${maxNesting} lists and objects`);
      const operation = getOperationAST(documentAST, params.operationName);
      // Yoga's executor would lose it, and with it a filter.
      if (operation?.variableDefinitions?.some(({ variable }) => variable.name.value === '__proto__'))
        throw badInput('A variable cannot be called $__proto__: give it another name');
      if (!operation || !isObject(variables)) return;
      const suggestions = new Map<string, GraphQLError>();
      params.variables = readVariables(schema, operation, variables, (type, name, node) => {
        const meant = operatorMeant(type, name);
        if (meant !== undefined) suggestions.set(meant, suggestion(meant, node));
      });
      if (suggestions.size > 0) extendContext({ suggestions });
    },
    onExecute: ({ context: { suggestions } }) => suggestions && { onExecuteDone: adding(suggestions) },
    onSubscribe: ({ context: { suggestions } }) => suggestions && { onSubscribeResult: adding(suggestions) },
  };
}

interface Outcome {
  readonly result: ExecutionResult | AsyncIterable<unknown>;
  readonly setResult: (result: ExecutionResult) => void;
}

/** Returns the function that adds suggestions to the errors of a result. */
const adding =
  (suggestions: ReadonlyMap<string, GraphQLError>) =>
  ({ result, setResult }: Outcome): void => {
    if (!isAsyncIterable(result)) setResult({ ...result, errors: [...(result.errors ?? []), ...suggestions.values()] });
  };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
