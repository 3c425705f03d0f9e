const key = 'access-token';

/** The caller's access token, kept for as long as the tab is open; null without one. */
const readToken = (): string | null => sessionStorage.getItem(key);

export const writeToken = (token: string): void => sessionStorage.setItem(key, token);

/** The headers that a request brings. */
export function authorization(): Record<string, string> {
  const token = readToken();
  return token ? { authorization: `Bearer ${token}` } : {};
}
