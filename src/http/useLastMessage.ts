import { isAsyncIterable, mapAsyncIterator, type Plugin } from 'graphql-yoga';

/**
 * Makes a message without data the last of its stream. What it was to tell did not reach the client, whose last cursor
 * is still before it; a cursor of a later message would be beyond. Its connection ends with the stream: a client that
 * goes on there, as one may whose server stops, would be cut off.
 */
export function useLastMessage(): Plugin {
  return {
    onExecutionResult({ result, setResult }) {
      if (!isAsyncIterable(result)) return;
      const messages = result[Symbol.asyncIterator]();
      setResult(
        mapAsyncIterator(messages, (message) => {
          if (!message.data) void messages.return?.();
          return message;
        }),
      );
    },
    onResponse({ response: { headers } }) {
      if (headers.get('content-type')?.startsWith('text/event-stream')) headers.set('connection', 'close');
    },
  };
}
