// Plain JavaScript, because a browser gets this file as it is; tsc checks the types in its comments.

import { introspectionQuery } from './lists.js';
import { readyTabs } from './readyTabs.js';

/** @import { IntrospectedSchema } from './introspection.ts' */

/**
 * What this page uses of its browser, and of the bundle that ran before it.
 * @typedef {{
 *   document: { querySelector(selector: string): object | null, fonts: { load(font: string): Promise<unknown> } },
 *   history: { replaceState(state: null, unused: string, url: string): void },
 *   location: { pathname: string, search: string },
 *   localStorage: { getItem(key: string): string | null, removeItem(key: string): void },
 *   MonacoEnvironment?: { getWorkerUrl(module: string, label: string): string },
 *   YogaGraphiQL: { renderYogaGraphiQL(root: object | null, options: object): void },
 * }} Browser
 *
 * As GraphiQL stores its tabs.
 * @typedef {{ query: string | null, variables: string | null, headers: string | null }} StoredTab
 * @typedef {{ tabs: StoredTab[], activeTabIndex: number }} TabState
 */
const browser = /** @type {Browser} */ (/** @type {unknown} */ (globalThis));

/** Where GraphiQL keeps its tabs. */
const tabState = 'graphiql:tabState';

/**
 * The tabs of an earlier visit, unless nothing was written in any of them.
 * @returns {TabState | undefined}
 */
function storedTabs() {
  try {
    /** @type {TabState} */
    const state = JSON.parse(browser.localStorage.getItem(tabState) ?? '');
    return state.tabs.some(({ query }) => query?.trim()) ? state : undefined;
  } catch {
    return undefined;
  }
}

/** Tabs made from the schema; none where the server does not answer: GraphiQL asks it too, and shows why. */
async function tabsOfSchema() {
  try {
    const response = await fetch(browser.location.pathname, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: introspectionQuery }),
    });
    /** @type {{ data?: { __schema: IntrospectedSchema } }} */
    const { data } = await response.json();
    return data ? readyTabs(data.__schema) : [];
  } catch {
    return [];
  }
}

/** The document in the address, if any. It is taken out of there, so that a reload does not open it once more. */
function takeLinked() {
  const parameters = new URLSearchParams(browser.location.search);
  const query = parameters.get('query');
  if (query === null) return undefined;
  browser.history.replaceState(null, '', browser.location.pathname);
  return { query, variables: parameters.get('variables') ?? '' };
}

async function render() {
  const linked = takeLinked();
  const stored = storedTabs();
  if (!stored) browser.localStorage.removeItem(tabState);
  const tabs = [...(linked ? [linked] : []), ...(stored ? [] : await tabsOfSchema())];
  const open = linked ?? stored?.tabs[stored.activeTabIndex] ?? tabs[0];
  // Tabs that a late font resizes lose the first click on them.
  await browser.document.fonts.load('1em Roboto');
  browser.YogaGraphiQL.renderYogaGraphiQL(browser.document.querySelector('#root'), {
    title: 'events-graphql',
    ...(tabs.length > 0 && { defaultTabs: tabs }),
    // GraphiQL opens the stored tab that has just this content, and adds a tab where none has.
    initialQuery: open?.query ?? '',
    initialVariables: open?.variables ?? '',
    initialHeaders: (open && 'headers' in open && open.headers) || '',
    // The bundle's own handler writes the whole document to the address, and so to the logs of whatever is in front.
    onEditQuery: () => {},
    // Headers may hold a token. Whoever wants them kept can say so in GraphiQL's settings.
    shouldPersistHeaders: undefined,
  });
}

browser.MonacoEnvironment = {
  getWorkerUrl: (_module, label) => new URL(`./${label}.worker.js`, import.meta.url).href,
};
await render();
