// Plain JavaScript, because a browser gets this file as it is; tsc checks the types in its comments.

import { introspectionQuery } from './lists.js';
import { readyTabs } from './readyTabs.js';

/** @import { Introspection } from './introspection.ts' */

/**
 * What this page uses of its browser, and of the bundle that ran before it.
 * @typedef {{
 *   document: { querySelector(selector: string): object | null },
 *   history: { replaceState(state: null, unused: string, url: string): void },
 *   location: { pathname: string, search: string },
 *   localStorage: { getItem(key: string): string | null, removeItem(key: string): void },
 *   MonacoEnvironment?: { getWorkerUrl(module: string, label: string): string },
 *   YogaGraphiQL: { renderYogaGraphiQL(root: object | null, options: object): void },
 * }} Browser
 */
const browser = /** @type {Browser} */ (/** @type {unknown} */ (globalThis));

/** Where GraphiQL keeps the tabs of its user. */
const storedTabs = 'graphiql:tabState';

browser.MonacoEnvironment = {
  getWorkerUrl: (_module, label) => new URL(`./${label}.worker.js`, import.meta.url).href,
};

/** Whether the user has written something, here or on an earlier visit. */
function hasOwnTabs() {
  try {
    /** @type {{ tabs: { query: string | null }[] }} */
    const { tabs } = JSON.parse(browser.localStorage.getItem(storedTabs) ?? '');
    return tabs.some(({ query }) => query?.trim());
  } catch {
    return false;
  }
}

/** Nothing where the server does not answer: GraphiQL asks too, and shows why. */
async function tabsOfSchema() {
  try {
    const response = await fetch(browser.location.pathname, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: introspectionQuery }),
    });
    /** @type {{ data?: { __schema: Introspection } }} */
    const { data } = await response.json();
    return data ? readyTabs(data.__schema) : [];
  } catch {
    return [];
  }
}

/** The document that the address carries, if any; it leaves the address, so that a reload does not add it again. */
function takeLinked() {
  const parameters = new URLSearchParams(browser.location.search);
  const query = parameters.get('query');
  if (query === null) return undefined;
  browser.history.replaceState(null, '', browser.location.pathname);
  return { query, variables: parameters.get('variables') ?? undefined };
}

const own = hasOwnTabs();
if (!own) browser.localStorage.removeItem(storedTabs);
const linked = takeLinked();
const tabs = [...(linked ? [linked] : []), ...(own ? [] : await tabsOfSchema())];

browser.YogaGraphiQL.renderYogaGraphiQL(browser.document.querySelector('#root'), {
  title: 'events-graphql',
  ...(tabs.length > 0 && { defaultTabs: tabs }),
  defaultQuery: '',
  initialQuery: linked?.query,
  initialVariables: linked?.variables,
  // The bundle's own keeps the whole document in the address, and so in the logs of whatever is in front.
  onEditQuery: () => {},
  // A header may hold a token; GraphiQL's settings offer to keep them.
  shouldPersistHeaders: undefined,
});
