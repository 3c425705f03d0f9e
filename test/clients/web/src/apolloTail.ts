// #region link
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, Observable } from '@apollo/client';
import { OperationTypeNode, print } from 'graphql';
import { createClient as createSseClient } from 'graphql-sse';

/** A link for subscriptions over server-sent events, one connection each. */
function createSseLink(url: string) {
  const client = createSseClient({ url, retryAttempts: 0 }); // its own retry would start at the first cursor
  return new ApolloLink(
    ({ query, variables }) =>
      new Observable((observer) =>
        client.subscribe(
          { query: print(query), variables },
          {
            next: (result) => observer.next(result as ApolloLink.Result),
            error: (error) => observer.error(error),
            complete: () => observer.complete(),
          },
        ),
      ),
  );
}

export const createClient = (url: string) =>
  new ApolloClient({
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      createSseLink(url),
      new HttpLink({ uri: url }),
    ),
    cache: new InMemoryCache(),
  });

// #endregion

// #region tail
import { follow } from './follow';
import { tailDocument } from './tail';

export const followEvents = (client: ApolloClient, after: string | null, onEvent: (eventId: string) => void) =>
  follow<{ eventId: string }>(
    (after, { next, end }) => {
      const stream = client.subscribe({ query: tailDocument, variables: { after }, fetchPolicy: 'no-cache' });
      const subscription = stream.subscribe({
        next: ({ data }) => data && next(data.eventsAdded),
        error: end,
        complete: end,
      });
      return () => subscription.unsubscribe();
    },
    after,
    ({ eventId }) => onEvent(eventId),
  );
// #endregion
