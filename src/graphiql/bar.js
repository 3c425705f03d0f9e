// Plain JavaScript, because a browser gets this file as it is; tsc checks the types in its comments.

/** @import { ListedDocument } from './useDocumentList.ts' */

/**
 * Creates the bar above GraphiQL with the persisted documents and the signed-in account, if there are any.
 * @param {{ documents: readonly ListedDocument[], account: string | null, signOut: () => Promise<void> }} content
 */
export function createBar({ documents, account, signOut }) {
  const bar = element('header', { className: 'bar' });
  bar.append(element('h1', { textContent: 'events-graphql' }));
  if (documents.length > 0) bar.append(menuOf(documents));
  if (account !== null) {
    const button = element('button', { type: 'button', textContent: 'Sign out', onclick: signOut });
    bar.append(element('span', { className: 'account', textContent: account, title: account }), button);
  }
  return bar;
}

/** @param {readonly ListedDocument[]} documents */
function menuOf(documents) {
  const links = documents.map(({ id, name }) => {
    const link = element('a', { href: `?documentId=${encodeURIComponent(id)}`, textContent: name });
    const item = element('li', {});
    item.append(link);
    return item;
  });
  const list = element('ul', {});
  list.append(...links);
  const menu = element('details', {});
  menu.append(element('summary', { textContent: `Persisted documents (${documents.length})` }), list);
  return menu;
}

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Partial<HTMLElementTagNameMap[Name]>} properties
 */
const element = (name, properties) => Object.assign(document.createElement(name), properties);
