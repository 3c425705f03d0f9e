import { createClient } from 'graphql-sse';
import { authorizedFetch } from '../api/access';
import { documentIdOf, endpoint } from '../api/client';
import { type Problem, problemOf, problemOfStatus, unreachable } from '../api/problem';
import { TailDocument, type TailSubscription, type TailSubscriptionVariables } from '../gql/graphql';

export type Added = TailSubscription['eventsAdded'];

/** Three heartbeats of the server; a connection that is silent for longer is lost. */
const silenceMs = 45_000;

/**
 * Follows one stream of the live tail until the server ends it or the signal aborts. Rejects with a Problem. It does
 * not retry, because only its caller knows the cursor to resume with.
 */
export async function* follow(variables: TailSubscriptionVariables, signal: AbortSignal): AsyncGenerator<Added, void> {
  const client = createClient({ url: endpoint, fetchFn: authorizedFetch, retryAttempts: 0 });
  // The id replaces the document.
  const request = { query: '', documentId: documentIdOf(TailDocument), variables };
  const results = client.iterate<TailSubscription>(request);
  const leave = () => void results.throw?.(unreachable);
  signal.addEventListener('abort', leave);
  let silence = setTimeout(leave, silenceMs);
  try {
    for await (const { data, errors } of results) {
      clearTimeout(silence);
      silence = setTimeout(leave, silenceMs);
      if (errors || !data) throw problemOf(errors ?? []);
      yield data.eventsAdded;
    }
  } catch (error) {
    throw signal.aborted ? unreachable : asProblem(error);
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', leave);
    client.dispose();
  }
}

function asProblem(error: unknown): Problem {
  if (typeof error === 'object' && error !== null) {
    if ('kind' in error) return error as Problem;
    const { response } = error as { response?: { status: number } };
    if (response) return problemOfStatus(response.status);
  }
  return unreachable;
}
