// Plain JavaScript, because a browser gets this file as it is; tsc checks the types in its comments.

/** @import { SignInSettings } from '../settings.ts' */

/** Keys for the page that the user left to sign in or out, and for the reason of a rejection. */
const pageKey = 'sign-in.page';
const refusalKey = 'sign-in.refusal';

const here = () => new URL('../sign-in', import.meta.url).href;

/**
 * Creates the sign-in to Entra ID with MSAL, by redirects and with PKCE. The tokens stay in this tab.
 * @param {NonNullable<SignInSettings['entra']>} settings
 */
export async function openEntra({ authority, clientId }) {
  await import(new URL('msal-browser.min.js', import.meta.url).href);
  /** @type {typeof import('@azure/msal-browser')} */
  const { AuthError, CacheLookupPolicy, InteractionRequiredAuthError, PublicClientApplication } = Reflect.get(
    globalThis,
    'msal',
  );
  const client = new PublicClientApplication({
    // A known authority keeps MSAL from asking Microsoft's public cloud about it.
    auth: { clientId, authority, knownAuthorities: [new URL(authority).host], redirectUri: here() },
  });
  await client.initialize();
  // An app that requests a token for itself must name itself by its id alone.
  const scopes = [`${clientId}/.default`];
  const leave = () => sessionStorage.setItem(pageKey, location.href);
  return {
    account: () => client.getActiveAccount()?.username ?? null,

    /** Returns a token that is valid for some minutes at least; null if the user has to sign in for one. */
    async token() {
      const account = client.getActiveAccount();
      if (!account) return null;
      try {
        const cacheLookupPolicy = CacheLookupPolicy.AccessTokenAndRefreshToken;
        return (await client.acquireTokenSilent({ scopes, account, cacheLookupPolicy })).accessToken;
      } catch (error) {
        const hasEnded = error instanceof AuthError && error.errorCode === 'invalid_grant';
        if (hasEnded || error instanceof InteractionRequiredAuthError) return null;
        throw error;
      }
    },

    signIn() {
      leave();
      return client.loginRedirect({ scopes, prompt: 'select_account' });
    },

    signOut() {
      leave();
      return client.logoutRedirect({ account: client.getActiveAccount(), postLogoutRedirectUri: here() });
    },

    /** Handles Entra ID's response in the address, and returns to the page that the user left. */
    async comeBack() {
      try {
        const result = await client.handleRedirectPromise({ navigateToLoginRequestUrl: false });
        if (result) client.setActiveAccount(result.account);
      } catch (error) {
        sessionStorage.setItem(refusalKey, error instanceof Error ? error.message : String(error));
      }
      location.replace(sessionStorage.getItem(pageKey) ?? new URL('../graphql', import.meta.url).href);
    },
  };
}

/** Returns the reason why Entra ID rejected the user, only once; null if it did not. */
export function takeRefusal() {
  const refusal = sessionStorage.getItem(refusalKey);
  sessionStorage.removeItem(refusalKey);
  return refusal;
}
