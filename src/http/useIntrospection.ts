import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type ExecutionArgs, type ExecutionResult, type GraphQLSchema, print } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { Context } from '../context.ts';
import type { ServerContext } from './useApi.ts';
import type { PricedContext } from './useDocumentLimits.ts';

/** Tools ask in a few ways; of a thousand tables an answer takes some megabytes. */
const kept = 8;

/**
 * Answers introspection with the text that it was for the same schema and the same question: it is as long as the schema,
 * so it is made once, kept compressed, and sent so to whom can read it. No limit of rows or bytes is for it.
 */
export function useIntrospection(): Plugin<Context & PricedContext & Pick<ServerContext, 'api'>> {
  const answers = new WeakMap<GraphQLSchema, LRUCache<string, Promise<ExecutionResult>>>();
  /** What stands for the text of an answer, and the text. */
  const texts = new WeakMap<object, Buffer>();

  async function tell(args: ExecutionArgs, execute: (args: ExecutionArgs) => unknown): Promise<ExecutionResult> {
    const result = (await execute(args)) as ExecutionResult;
    if (result.errors) return result;
    const answer = { data: {} };
    texts.set(answer, await promisify(gzip)(JSON.stringify({ data: result.data })));
    return answer;
  }

  return {
    onExecute({ args, executeFn, setResultAndStopExecution }) {
      if (!args.contextValue.price?.isStatic) return;
      const ofSchema = answers.get(args.schema) ?? new LRUCache({ max: kept });
      answers.set(args.schema, ofSchema);
      const key = questionOf(args);
      const answer =
        ofSchema.get(key) ?? tell({ ...args, schema: args.contextValue.api?.wholeSchema() ?? args.schema }, executeFn);
      ofSchema.set(key, answer);
      return answer.then(setResultAndStopExecution);
    },
    onResultProcess({ request, result, setResultProcessor }) {
      const compressed = texts.get(result ?? {});
      if (!compressed) return;
      const accepts = (header: string, what: string) => request.headers.get(header)?.includes(what) ?? false;
      const type = `application/${accepts('accept', 'graphql-response+json') ? 'graphql-response+json' : 'json'}`;
      const headers = { 'content-type': `${type}; charset=utf-8`, vary: 'Accept-Encoding' };
      setResultProcessor(
        async (_, { Response }) =>
          accepts('accept-encoding', 'gzip')
            ? new Response(new Uint8Array(compressed), { headers: { ...headers, 'content-encoding': 'gzip' } })
            : new Response(new Uint8Array(await promisify(gunzip)(compressed)), { headers }),
        type,
      );
    },
  };
}

const questionOf = ({ document, operationName, variableValues }: ExecutionArgs): string =>
  JSON.stringify([document.loc?.source.body ?? print(document), operationName, variableValues]);
