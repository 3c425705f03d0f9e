// #region environment
import { createClient } from 'graphql-sse';
import {
  Environment,
  type GraphQLResponse,
  graphql,
  Network,
  Observable,
  type PayloadData,
  RecordSource,
  requestSubscription,
  Store,
  type SubscribeFunction,
} from 'relay-runtime';

export function createTailEnvironment(url: string) {
  const sse = createClient({ url, retryAttempts: 0 }); // its own retry would start at the first cursor
  const subscribe: SubscribeFunction = ({ text, id }, variables) =>
    Observable.create((sink) =>
      // Relay compiles persisted documents to their ids.
      sse.subscribe<PayloadData>(
        id ? { query: '', ...{ documentId: id }, variables } : { query: text ?? '', variables },
        {
          next: (result) => sink.next(result as GraphQLResponse),
          error: (error) => sink.error(error as Error),
          complete: () => sink.complete(),
        },
      ),
    );
  const network = Network.create(() => Promise.reject(new Error('This environment only subscribes')), subscribe);
  return new Environment({ network, store: new Store(new RecordSource()) });
}

// #endregion

// #region tail
import type { EventTailSubscription } from './__generated__/EventTailSubscription.graphql';
import { follow } from './follow';

const subscription = graphql`
  subscription EventTailSubscription($after: String) {
    eventsAdded(after: $after) {
      edges {
        node {
          eventId
        }
      }
      cursor
      end
    }
  }
`;

export const followEvents = (environment: Environment, after: string | null, onEvent: (eventId: string) => void) =>
  follow<{ readonly eventId: string }>(
    (after, { next, end }) => {
      const { dispose } = requestSubscription<EventTailSubscription>(environment, {
        ...{ subscription, variables: { after } },
        onNext: (data) => data && next(data.eventsAdded),
        onError: end,
        onCompleted: end,
      });
      return dispose;
    },
    after,
    ({ eventId }) => onEvent(eventId),
  );
// #endregion
