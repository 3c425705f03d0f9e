import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gunzip, gunzipSync } from 'node:zlib';
import { type ExecutionArgs, type ExecutionResult, GraphQLError, type GraphQLSchema, print } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { Context } from '../context.ts';
import { asError, errorMessage } from '../errors.ts';
import { introspectInParts } from './introspectInParts.ts';
import type { ServerContext } from './useApi.ts';
import type { PricedContext } from './useDocumentLimits.ts';

/**
 * Number of answers to keep per schema. Tools introspect in a few different ways, and for a thousand tables an answer
 * takes some megabytes.
 */
const maxAnswers = 8;

/** The text of an answer. */
interface Text {
  readonly compressed: Buffer;
  /** Size in bytes, uncompressed. */
  readonly length: number;
}

/**
 * Answers introspection from a cache by schema and document. The answer is as long as the schema, so it is built once,
 * kept compressed, and sent compressed to clients that accept it. Limits on rows and bytes do not apply, but its bytes
 * count as memory in flight.
 */
export function useIntrospection(): Plugin<Context & PricedContext & Pick<ServerContext, 'api'>> {
  const answers = new WeakMap<GraphQLSchema, LRUCache<string, Promise<ExecutionResult>>>();
  /** The texts of answers, by the result that stands in for each. */
  const texts = new WeakMap<object, Text>();

  async function introspect(args: ExecutionArgs, execute: (args: ExecutionArgs) => unknown): Promise<ExecutionResult> {
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
      return { errors: [new GraphQLError(errorMessage(error), { originalError: asError(error) })] };
    }
  }

  return {
    async onExecute({ args, executeFn, setExecuteFn, setResultAndStopExecution }) {
      const { price, request, share } = args.contextValue;
      if (!price?.isStatic) return;
      const ofSchema = answers.get(args.schema) ?? new LRUCache({ max: maxAnswers });
      answers.set(args.schema, ofSchema);
      const key = keyOf(args);
      let answer = ofSchema.get(key);
      if (!answer) {
        answer = introspect({ ...args, schema: args.contextValue.api?.wholeSchema() ?? args.schema }, executeFn);
        ofSchema.set(key, answer);
      }
      const result = await answer;
      const text = texts.get(result);
      if (text) {
        await share?.expect(readsGzip(request) ? text.compressed.length : text.length);
        return setResultAndStopExecution(result);
      }
      // Yoga masks only errors that come from the execution.
      setExecuteFn(() => result);
      // They may not come again.
      if (ofSchema.peek(key) === answer) ofSchema.delete(key);
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

/**
 * Creates the result that stands in for an answer. This happens outside of the hook, whose closure would keep the
 * schema alive. Yoga calls `stringify` for responses that are not JSON, such as event streams.
 */
const answerOf = (compressed: Buffer): ExecutionResult & { readonly stringify: () => string } => ({
  data: {},
  stringify: () => gunzipSync(compressed).toString(),
});

/** Tells whether a client accepts gzip; a quality of 0 means that it does not. */
const readsGzip = ({ headers }: Request): boolean =>
  /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(headers.get('accept-encoding') ?? '');

/** Chooses the JSON type that Yoga would choose: the first one named in `Accept`. */
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

const keyOf = ({ document, operationName, variableValues }: ExecutionArgs): string =>
  JSON.stringify([document.loc?.source.body ?? print(document), operationName, variableValues]);
