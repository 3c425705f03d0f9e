import { GraphQLError } from 'graphql';
import { isAsyncIterable, mapAsyncIterator, type Plugin } from 'graphql-yoga';
import { tooLarge } from './budget.ts';

/**
 * Refuses to send a response whose JSON is longer, before it is written: a value may stand in it many times. In a
 * stream that holds for each message; the one that is refused is the last, so that the client does not miss it unawares.
 */
export function useResponseLimit(maxBytes: number): Plugin {
  return {
    onExecutionResult({ result, setResult }) {
      const refusal = () => tooLarge(`more than ${maxBytes} bytes`);
      if (isAsyncIterable(result)) {
        const messages = result[Symbol.asyncIterator]();
        const refused = () => {
          void messages.return?.();
          const { message, extensions } = refusal();
          return { errors: [new GraphQLError(message, { extensions: { code: extensions.code } })] };
        };
        setResult(mapAsyncIterator(messages, (message) => (isLonger(message, maxBytes) ? refused() : message)));
      } else if (result && isLonger(result, maxBytes)) throw refusal();
    },
  };
}

/** Whether a value's JSON has more bytes, escapes not counted; looks no further than it must. */
export function isLonger(value: unknown, maxBytes: number): boolean {
  let left = maxBytes;
  const spend = (item: unknown): boolean => {
    if (typeof item === 'string') left -= Buffer.byteLength(item) + 3;
    else if (typeof item !== 'object' || item === null) left -= 5;
    else if (Array.isArray(item)) {
      left -= 2;
      for (const one of item) if (!spend(one)) return false;
    } else {
      left -= 2;
      for (const key in item) {
        left -= key.length + 4;
        if (!spend((item as Record<string, unknown>)[key])) return false;
      }
    }
    return left >= 0;
  };
  return !spend(value);
}
