// #region persisted
import { createClient } from 'graphql-sse';

/** A stream of the persisted document with this id, such as `sha256:...`. */
export function openPersisted<Data>(url: string, documentId: string, variables: Record<string, unknown>) {
  const request = { query: '', documentId, variables }; // the client wants a query; an empty one is none
  return createClient({ url, retryAttempts: 0 }).iterate<Data>(request);
}
// #endregion
