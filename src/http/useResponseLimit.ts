import { GraphQLError } from 'graphql';
import { isAsyncIterable, mapAsyncIterator, type Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import { tooLarge } from '../db/budget.ts';
import type { PricedContext } from './useDocumentLimits.ts';

/**
 * Refuses a response whose JSON would exceed the limit, before it is written: one value may occur in it many times. In
 * a stream the limit applies to each message.
 */
export function useResponseLimit(maxBytes: number): Plugin<object, Partial<Context & PricedContext>> {
  return {
    onExecutionResult({ result, setResult, context }) {
      if (isAsyncIterable(result)) {
        const refused = () => {
          const { message, extensions } = tooManyBytes(maxBytes);
          return { errors: [new GraphQLError(message, { extensions: { code: extensions.code } })] };
        };
        const messages = result[Symbol.asyncIterator]();
        setResult(mapAsyncIterator(messages, (message) => (isLonger(message, maxBytes) ? refused() : message)));
      } else if (result && upperBound(context) > maxBytes && isLonger(result, maxBytes)) throw tooManyBytes(maxBytes);
    },
  };
}

/** Creates the error for a response whose JSON exceeds the limit. */
export const tooManyBytes = (maxBytes: number) => tooLarge(`more than ${maxBytes} bytes`);

/**
 * Bytes that a value may add to the text of its row: quotes, a global id or cursor around it, another format of a time.
 */
const aroundValue = 200;

/**
 * Upper bound of a response's bytes, computed without a scan of the result, which would cost as much as serialising it;
 * infinite if nothing is known.
 */
const upperBound = ({ price, budget }: Partial<Context & PricedContext>): number =>
  price && budget ? price.values * (3 * budget.largestRow() + aroundValue) + price.names : Number.POSITIVE_INFINITY;

/** Tells whether a value's JSON exceeds a number of bytes, not counting escapes. Stops as soon as that is certain. */
export const isLonger = (value: unknown, maxBytes: number): boolean =>
  // A character takes at most three bytes, and counting them exactly takes longer than writing the JSON.
  exceeds(value, maxBytes, (text) => 3 * text.length) && exceeds(value, maxBytes, (text) => Buffer.byteLength(text));

function exceeds(value: unknown, maxBytes: number, sizeOf: (text: string) => number): boolean {
  let left = maxBytes;
  const spend = (item: unknown): void => {
    if (typeof item === 'string') left -= sizeOf(item) + 3;
    else if (typeof item !== 'object' || item === null) left -= 5;
    else if (Array.isArray(item)) {
      left -= 2;
      for (let i = 0; i < item.length && left >= 0; i++) spend(item[i]);
    } else {
      left -= 2;
      for (const key in item) {
        left -= key.length + 4;
        spend((item as Record<string, unknown>)[key]);
        if (left < 0) return;
      }
    }
  };
  spend(value);
  return left < 0;
}
