import { isAsyncIterable, mapAsyncIterator, type Plugin } from 'graphql-yoga';

/**
 * Ends a stream after a message without data. The events of that message did not reach the client, and the cursor of a
 * later message would skip them. The connection ends with the stream, so that the client reconnects, perhaps to another
 * replica.
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
