// Plain JavaScript, because a browser gets this file as it is; tsc checks the types in its comments.

import { createBar } from './bar.js';
import { createFetcher } from './fetcher.js';
import { introspectionQuery } from './lists.js';
import { readyTabs } from './readyTabs.js';

/** @import { IntrospectedSchema } from './introspection.ts' */
/** @import { ListedDocument } from './useDocumentList.ts' */

/**
 * A tab, and all tabs, as GraphiQL stores them.
 * @typedef {{ query: string | null, variables?: string | null, headers?: string | null }} Tab
 * @typedef {{ tabs: Tab[], activeTabIndex: number }} TabState
 *
 * The global object that the bundle creates.
 * @typedef {{ renderYogaGraphiQL(root: Element | null, options: object): void }} Bundle
 */

/** @type {typeof import('../signIn/page/signIn.js')} */
const { account, authorizedFetch, signOut } = await import(new URL('../../sign-in/signIn.js', import.meta.url).href);

/** Key under which GraphiQL stores its tabs. */
const tabState = 'graphiql:tabState';

/**
 * Returns the tabs of an earlier visit; undefined if all of them are empty.
 * @returns {TabState | undefined}
 */
function storedTabs() {
  try {
    /** @type {TabState} */
    const state = JSON.parse(localStorage.getItem(tabState) ?? '');
    return state.tabs.some(({ query }) => query?.trim()) ? state : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads the schema; null if the caller may not see it or the server does not answer. GraphiQL also requests it, and
 * shows the reason.
 * @returns {Promise<IntrospectedSchema | null>}
 */
async function readSchema() {
  try {
    const response = await authorizedFetch(location.pathname, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: introspectionQuery }),
    });
    return (await response.json()).data?.__schema ?? null;
  } catch {
    return null;
  }
}

/** @returns {Promise<ListedDocument[]>} */
async function readDocuments() {
  const response = await authorizedFetch(new URL('documents.json', import.meta.url)).catch(() => null);
  return response?.ok ? response.json() : [];
}

/**
 * Returns the document in the address, if any, and removes it from there, so that a reload does not open it again.
 * @param {readonly ListedDocument[]} documents
 * @returns {Tab | undefined}
 */
function takeLinked(documents) {
  const parameters = new URLSearchParams(location.search);
  const query = parameters.get('query');
  const listed = documents.find(({ id }) => id === parameters.get('documentId'));
  if (query === null && !listed) return undefined;
  history.replaceState(null, '', location.pathname);
  return { query: query ?? listed?.query ?? '', variables: parameters.get('variables') ?? listed?.variables ?? '' };
}

/** @param {readonly ListedDocument[]} documents */
const persisted = (documents) => {
  const ids = new Map(documents.map(({ id, query }) => [query.trim(), id]));
  /** @param {import('./fetcher.js').Params} params */
  return ({ query, ...params }) => {
    const documentId = ids.get(query.trim());
    return documentId ? { documentId, ...params } : { query, ...params };
  };
};

async function render() {
  const [schema, documents] = await Promise.all([readSchema(), readDocuments()]);
  const linked = takeLinked(documents);
  const stored = storedTabs();
  if (!stored) localStorage.removeItem(tabState);
  // Callers who may not see the schema begin with a document that they may run.
  const ready = schema ? readyTabs(schema) : documents.slice(0, 3);
  const tabs = [...(linked ? [linked] : []), ...(stored ? [] : ready)];
  /** @type {Tab | undefined} */
  const open = linked ?? stored?.tabs[stored.activeTabIndex] ?? tabs[0];
  document.body.prepend(createBar({ documents, account: await account(), signOut }));
  // A font that loads late resizes the tabs, and the first click on them is lost.
  await document.fonts.load('1em Roboto');
  /** @type {Bundle} */
  const bundle = Reflect.get(globalThis, 'YogaGraphiQL');
  bundle.renderYogaGraphiQL(document.querySelector('#root'), {
    title: 'events-graphql',
    fetcher: createFetcher(location.pathname, authorizedFetch, persisted(documents)),
    ...(!schema && documents.length > 0 && { schema: null }),
    ...(tabs.length > 0 && { defaultTabs: tabs.map(({ query, variables }) => ({ query, variables })) }),
    // GraphiQL opens the stored tab with exactly this content, and adds one if there is none.
    initialQuery: open?.query ?? '',
    initialVariables: open?.variables ?? '',
    initialHeaders: open?.headers ?? '',
    // The bundle's own handler writes the whole document to the address, and so to the logs of proxies.
    onEditQuery: () => {},
    // Headers may contain a token, so GraphiQL keeps them only if its settings say so.
    shouldPersistHeaders: undefined,
  });
}

Reflect.set(globalThis, 'MonacoEnvironment', {
  /** @type {(module: string, label: string) => string} */
  getWorkerUrl: (_module, label) => new URL(`./${label}.worker.js`, import.meta.url).href,
});
await render();
