// #region exchange
import { Client, type ExecutionResult, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient as createSseClient } from 'graphql-sse';

export function createClient(url: string) {
  const sse = createSseClient({ url, retryAttempts: 0 }); // its own retry would start at the first cursor
  return new Client({
    url,
    preferGetMethod: false,
    exchanges: [
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables = {} }) => ({
          subscribe: (sink) => ({
            unsubscribe: sse.subscribe(
              { query, variables },
              {
                next: (result) => sink.next(result as ExecutionResult),
                error: (error) => sink.error(error),
                complete: () => sink.complete(),
              },
            ),
          }),
        }),
      }),
    ],
  });
}

// #endregion

// #region tail
import { onEnd, pipe, subscribe } from 'wonka';
import { follow } from './follow';
import { tailDocument } from './tail';

export const followEvents = (client: Client, after: string | null, onEvent: (eventId: string) => void) =>
  follow<{ eventId: string }>(
    (after, { next, end }) => {
      const { unsubscribe } = pipe(
        client.subscription(tailDocument, { after }),
        onEnd(end),
        subscribe(({ data }) => data && next(data.eventsAdded)),
      );
      return unsubscribe;
    },
    after,
    ({ eventId }) => onEvent(eventId),
  );
// #endregion
