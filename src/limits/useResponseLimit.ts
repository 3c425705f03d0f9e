import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { tooLarge } from './limitRows.ts';

/** Refuses to send a response whose JSON is longer, before it is written: a value may stand in it many times. */
export function useResponseLimit(maxBytes: number): Plugin {
  return {
    onExecutionResult({ result }) {
      if (result && !isAsyncIterable(result) && isLonger(result, maxBytes))
        throw tooLarge(`more than ${maxBytes} bytes`);
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
