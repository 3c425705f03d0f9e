import type { AuthConfig } from '../config/auth.ts';

/** What a page needs so that its user can come by an access token. */
export interface SignInSettings {
  /** Prints a token in a shell. */
  readonly command: string;
  /** Where and as which app to sign in; null where no audience names an app, or the way there is not encrypted. */
  readonly entra: { readonly authority: string; readonly clientId: string } | null;
}

/** The app that a token is for is also the one that its users sign in to: its client id is in the audience. */
const audienceOfApp = /^(?:api:\/\/)?([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i;

export function signInSettings({ tenantId, audiences, authority }: AuthConfig): SignInSettings {
  const resource = audiences.find((audience) => audience.includes('://')) ?? audiences[0];
  const clientId = audiences.flatMap((audience) => audienceOfApp.exec(audience)?.[1] ?? [])[0];
  return {
    command: `az account get-access-token --tenant ${tenantId} --scope ${resource}/.default --query accessToken --output tsv`,
    entra: clientId && authority.startsWith('https:') ? { authority, clientId } : null,
  };
}
