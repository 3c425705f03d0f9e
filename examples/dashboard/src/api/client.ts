import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import {
  type AnyVariables,
  Client,
  type CombinedError,
  fetchExchange,
  type OperationResult,
  type PersistedDocument,
} from '@urql/core';
import { authorizedFetch } from './access';
import { type Problem, problemOf, problemOfStatus, unreachable } from './problem';

/** The API's address next to the page, whatever prefix a proxy adds to both. */
export const endpoint = new URL('graphql', document.baseURI).href;

/**
 * Sends queries by GET: the browser keeps the answers and revalidates them with their ETag. Nothing else is cached,
 * because nearly everything on the page is recent.
 */
export const client = new Client({
  url: endpoint,
  exchanges: [fetchExchange],
  requestPolicy: 'network-only',
  preferGetMethod: 'within-url-limit',
  fetch: authorizedFetch,
});

/** The server's id of a document; the page contains no document's text. */
export function documentIdOf(document: object): string {
  const { hash } = (document as { __meta__?: { hash: string } }).__meta__ ?? {};
  if (!hash) throw new Error('The document has no id: npm run dashboard:write');
  return hash;
}

/** The part of a document that urql sends: its id. */
export const persisted = <Data, Variables>(document: TypedDocumentNode<Data, Variables>) =>
  ({ kind: 'Document', definitions: [], documentId: documentIdOf(document) }) as PersistedDocument &
    TypedDocumentNode<Data, Variables & AnyVariables>;

/** Runs a query; resolves with null if the signal aborts, which also ends the server's work. */
export const ask = <Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  signal: AbortSignal,
): Promise<OperationResult<Data, Variables> | null> =>
  new Promise((resolve) => {
    const { unsubscribe } = client.query(persisted(document), variables).subscribe(resolve);
    signal.addEventListener('abort', () => {
      unsubscribe();
      resolve(null);
    });
  });

/** Returns the problem of a request; null if there is none. */
export function problemIn(error: CombinedError | undefined): Problem | null {
  if (!error) return null;
  if (error.graphQLErrors.length > 0) return problemOf(error.graphQLErrors);
  const { status } = (error.response ?? {}) as { status?: number };
  return status ? problemOfStatus(status) : unreachable;
}
