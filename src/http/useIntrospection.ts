import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gunzip, gunzipSync } from 'node:zlib';
import { type ExecutionArgs, type ExecutionResult, GraphQLError, type GraphQLSchema, print } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { Context } from '../context.ts';
import { introspectInParts } from './introspectInParts.ts';
import type { ServerContext } from './useApi.ts';
import type { PricedContext } from './useDocumentLimits.ts';

/** Tools ask in a few ways; of a thousand tables an answer takes some megabytes. */
const kept = 8;

/** The text of an answer. */
interface Text {
  readonly compressed: Buffer;
  /** In bytes, as it is. */
  readonly length: number;
}

/**
 * Answers introspection with the text that it was for the same schema and the same question: it is as long as the schema,
 * so it is made once, kept compressed, and sent so to whom can read it. No limit of rows or bytes is for it, but its bytes
 * are in flight as any.
 */
export function useIntrospection(): Plugin<Context & PricedContext & Pick<ServerContext, 'api'>> {
  const answers = new WeakMap<GraphQLSchema, LRUCache<string, Promise<ExecutionResult>>>();
  /** By what stands for them. */
  const texts = new WeakMap<object, Text>();

  async function tell(args: ExecutionArgs, execute: (args: ExecutionArgs) => unknown): Promise<ExecutionResult> {
    let length = 0;
    async function* body() {
      for await (const piece of introspectInParts(args, execute)) {
        length += Buffer.byteLength(piece);
        yield piece;
      }
    }
    try {
      const compressed = await pipeline(body, createGzip(), buffer);
      const answer = answerOf(compressed);
      texts.set(answer, { compressed, length });
      return answer;
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [error] };
      throw error;
    }
  }

  return {
    async onExecute({ args, executeFn, setResultAndStopExecution }) {
      const { price, request, share } = args.contextValue;
      if (!price?.isStatic) return;
      const ofSchema = answers.get(args.schema) ?? new LRUCache({ max: kept });
      answers.set(args.schema, ofSchema);
      const key = questionOf(args);
      const answer =
        ofSchema.get(key) ?? tell({ ...args, schema: args.contextValue.api?.wholeSchema() ?? args.schema }, executeFn);
      ofSchema.set(key, answer);
      const result = await answer;
      const text = texts.get(result);
      if (text) await share?.expect(readsGzip(request) ? text.compressed.length : text.length);
      setResultAndStopExecution(result);
    },
    onResultProcess({ request, result, setResultProcessor }) {
      const text = texts.get(result ?? {});
      const type = text && jsonTypeOf(request);
      if (!type) return;
      const { compressed } = text;
      const headers = { 'content-type': `${type}; charset=utf-8`, vary: 'Accept-Encoding' };
      setResultProcessor(
        async (_, { Response }) =>
          readsGzip(request)
            ? new Response(new Uint8Array(compressed), { headers: { ...headers, 'content-encoding': 'gzip' } })
            : new Response(new Uint8Array(await promisify(gunzip)(compressed)), { headers }),
        type,
      );
    },
  };
}

/** Made apart, or it would hold the schema too. What is no JSON, as a stream of events, is written by Yoga. */
const answerOf = (compressed: Buffer): ExecutionResult & { readonly stringify: () => string } => ({
  data: {},
  stringify: () => gunzipSync(compressed).toString(),
});

const readsGzip = ({ headers }: Request): boolean => headers.get('accept-encoding')?.includes('gzip') ?? false;

/** The type of JSON that Yoga would choose by `Accept`: of those that there are, the one that is named first. */
function jsonTypeOf({ headers }: Request): string | undefined {
  const accepted = (headers.get('accept') || '*/*').toLowerCase().replaceAll(/\s/g, '').split(',');
  const isOtherCharset = (one: string) => /;charset=(?!utf-8(;|$))/.test(one);
  const names = accepted.filter((one) => !isOtherCharset(one)).map((one) => one.split(';', 1)[0]);
  const own = 'application/graphql-response+json';
  const first = names.find(
    (name) => name !== undefined && [own, 'application/json', 'application/*', '*/*'].includes(name),
  );
  return first && (first === own ? own : 'application/json');
}

const questionOf = ({ document, operationName, variableValues }: ExecutionArgs): string =>
  JSON.stringify([document.loc?.source.body ?? print(document), operationName, variableValues]);
