/** The server's own module, with which GraphiQL gets its tokens, too: a dialog, sign-in with Entra ID, renewal. */
type SignIn = typeof import('../../../../src/signIn/page/signIn.js');

const signIn: Promise<SignIn> = import(/* @vite-ignore */ new URL('sign-in/signIn.js', document.baseURI).href);

/** `fetch` with the user's access token; asks for one where the server wants one, or another. */
export const authorizedFetch: typeof fetch = async (...request) => (await signIn).authorizedFetch(...request);

/** The name of who is signed in; null where nobody is. */
export const account = async (): Promise<string | null> => (await signIn).account();

export const signOut = async (): Promise<void> => (await signIn).signOut();
