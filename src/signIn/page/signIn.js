// Plain JavaScript, because a browser gets this file as it is; tsc checks the types in its comments.

import { openEntra, takeRefusal } from './entra.js';
import { askInDialog } from './tokenDialog.js';

/** @import { SignInSettings } from '../settings.ts' */

/** Key of the token that the user pasted, which is kept until the tab is closed. */
const pastedKey = 'access-token';

/**
 * Wraps a function so that it runs once, or again after a failure.
 * @template T
 * @param {() => Promise<T>} run
 */
function keepResult(run) {
  /** @type {Promise<T> | undefined} */
  let result;
  return () => {
    result ??= run().catch((error) => {
      result = undefined;
      throw error;
    });
    return result;
  };
}

const settings = keepResult(
  /** @returns {Promise<SignInSettings | null>} null if callers are anonymous */
  async () => (await fetch(new URL('settings.json', import.meta.url))).json(),
);

/**
 * Returns the sign-in; null if nobody can sign in. Browsers offer the necessary cryptography only to pages on encrypted
 * connections.
 */
export const entra = keepResult(async () => {
  const found = (await settings())?.entra;
  return found && isSecureContext ? openEntra(found) : null;
});

/** Returns the name of the signed-in user; null if there is none or a token was pasted. */
export const account = async () => (sessionStorage.getItem(pastedKey) ? null : ((await entra())?.account() ?? null));

export async function signOut() {
  await (await entra())?.signOut();
}

/** Number of times that the user gave a token. */
let given = 0;
/** @type {Promise<void> | undefined} */
let asking;

/**
 * Works like `fetch`, with the user's token. If the server rejects the token, asks the user for another one and repeats
 * the request.
 * @param {RequestInfo | URL} input
 * @param {RequestInit} [init]
 */
export async function authorizedFetch(input, init) {
  const headers = new Headers(init?.headers);
  if (headers.has('authorization')) return fetch(input, init);
  for (;;) {
    const before = given;
    const token = sessionStorage.getItem(pastedKey) ?? (await (await entra())?.token());
    if (token) headers.set('authorization', `Bearer ${token}`);
    else headers.delete('authorization');
    const response = await fetch(input, { ...init, headers });
    const reason = await refusalIn(response);
    if (reason === null) return response;
    if (before === given) await askForToken(reason);
  }
}

/**
 * Returns the reason why the server rejects the token; null if it accepts it, even if the request itself is forbidden.
 * @param {Response} response
 * @returns {Promise<string | null>}
 */
async function refusalIn(response) {
  const challenge = response.headers.get('www-authenticate') ?? '';
  if (!challenge.startsWith('Bearer') || challenge.includes('scope=')) return null;
  const { errors } = await response.json();
  return errors[0].message;
}

/** @param {string} reason */
function askForToken(reason) {
  asking ??= ask(reason).finally(() => {
    asking = undefined;
    given++;
  });
  return asking;
}

/** @param {string} reason */
async function ask(reason) {
  const client = await entra();
  const signIn = async () => {
    sessionStorage.removeItem(pastedKey);
    await client?.signIn();
  };
  const token = await askInDialog({
    reason: takeRefusal() ?? reason,
    command: (await settings())?.command ?? '',
    signIn: client && signIn,
  });
  sessionStorage.setItem(pastedKey, token);
}
