import type { AuthConfig } from '../config/auth.ts';

/** Settings for a page that helps its user get an access token. */
export interface SignInSettings {
  /** A shell command that prints a token. */
  readonly command: string;
  /** The authority and app for signing in; null if no audience names an app, or the authority has no TLS. */
  readonly entra: { readonly authority: string; readonly clientId: string } | null;
}

/** Matches an audience that contains the client id of the app that users sign in to. */
const audienceOfApp = /^(?:api:\/\/)?([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i;

export function signInSettings({ tenantId, audiences, authority }: AuthConfig): SignInSettings {
  const resource = audiences.find((audience) => audience.includes('://')) ?? audiences[0];
  const clientId = audiences.flatMap((audience) => audienceOfApp.exec(audience)?.[1] ?? [])[0];
  return {
    command: `az account get-access-token --tenant ${tenantId} --scope ${resource}/.default --query accessToken --output tsv`,
    entra: clientId && authority.startsWith('https:') ? { authority, clientId } : null,
  };
}
