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

/** Beside the page, whatever prefix a proxy puts in front of both. */
export const endpoint = new URL('graphql', document.baseURI).href;

/**
 * Queries go by GET: the browser keeps the answers, and asks with their ETag whether they are still the same. Nothing
 * else is kept, since nearly everything on the page is about now.
 */
export const client = new Client({
  url: endpoint,
  exchanges: [fetchExchange],
  requestPolicy: 'network-only',
  preferGetMethod: 'within-url-limit',
  fetch: authorizedFetch,
});

/** The id under which the server has a document; the page holds no document's text. */
export function documentIdOf(document: object): string {
  const { hash } = (document as { __meta__?: { hash: string } }).__meta__ ?? {};
  if (!hash) throw new Error('The document has no id: npm run dashboard:write');
  return hash;
}

/** What urql sends of it: its id alone. */
export const persisted = <Data, Variables>(document: TypedDocumentNode<Data, Variables>) =>
  ({ kind: 'Document', definitions: [], documentId: documentIdOf(document) }) as PersistedDocument &
    TypedDocumentNode<Data, Variables & AnyVariables>;

/** Runs a query; null when the signal aborts, upon which the server ends its work, too. */
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

/** What went wrong with a request; null where nothing did. */
export function problemIn(error: CombinedError | undefined): Problem | null {
  if (!error) return null;
  if (error.graphQLErrors.length > 0) return problemOf(error.graphQLErrors);
  const { status } = (error.response ?? {}) as { status?: number };
  return status ? problemOfStatus(status) : unreachable;
}
