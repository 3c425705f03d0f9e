// #region persisted
import { createClient } from 'graphql-sse';

/** Opens a stream of the persisted document with this id, such as `sha256:...`. */
export function openPersisted<Data>(url: string, documentId: string, variables: Record<string, unknown>) {
  const request = { query: '', documentId, variables }; // graphql-sse requires a query; an empty one counts as none
  return createClient({ url, retryAttempts: 0 }).iterate<Data>(request);
}
// #endregion
