/** The server's own sign-in module, which GraphiQL uses too: a dialog, sign-in with Entra ID, renewal of tokens. */
type SignIn = typeof import('../../../../src/signIn/page/signIn.js');

const signIn: Promise<SignIn> = import(/* @vite-ignore */ new URL('sign-in/signIn.js', document.baseURI).href);

/** `fetch` with the user's access token; opens the dialog if the server needs one, or another. */
export const authorizedFetch: typeof fetch = async (...request) => (await signIn).authorizedFetch(...request);

/** The name of the signed-in user; null if there is none. */
export const account = async (): Promise<string | null> => (await signIn).account();

export const signOut = async (): Promise<void> => (await signIn).signOut();
