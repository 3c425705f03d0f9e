import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createAuthority } from '../platform/certificates.ts';
import { clientId, createIssuer, type Issuer, tenantId } from './issuer.ts';

/** The choices on the sign-in page: sign in with a role, sign in without one, or be denied. */
export const choices = { reader: 'Sign in as reader@example.com', stranger: 'Sign in as stranger@example.com' };
export const refusal = 'AADSTS50105: The signed in user is not assigned to a role for the application';

/**
 * A tenant where people sign in with the authorization code flow and PKCE, as Entra ID offers it to single-page apps.
 */
export interface OpenIdProvider {
  readonly issuer: Issuer;
  /** Grant types of the issued tokens, in order. */
  readonly grants: string[];
  /** Lifetime of tokens; MSAL renews those with less than five minutes left. */
  lifetimeSeconds: number;
  /** True if refresh tokens are accepted. */
  refreshes: boolean;
}

interface Login {
  readonly user: keyof typeof choices;
  readonly nonce: string;
  readonly challenge: string;
  readonly redirectUri: string;
}

const roles = { reader: ['Events.Read', 'Events.Explore'], stranger: [] };

export async function createOpenIdProvider(): Promise<OpenIdProvider> {
  const authority = createAuthority('An authority of the tests');
  setDefaultCACertificates([...getCACertificates('default'), authority.certificate]);
  const codes = new Map<string, Login>();
  const refreshTokens = new Map<string, Login>();
  const provider = { grants: [] as string[], lifetimeSeconds: 3600, refreshes: true };

  const configuration = () => {
    const tenant = `${issuer.authority}/${tenantId}`;
    return {
      issuer: `${tenant}/v2.0`,
      authorization_endpoint: `${tenant}/oauth2/v2.0/authorize`,
      token_endpoint: `${tenant}/oauth2/v2.0/token`,
      end_session_endpoint: `${tenant}/oauth2/v2.0/logout`,
      jwks_uri: `${tenant}/discovery/v2.0/keys`,
    };
  };

  /** Returns a page with a link for each outcome of the sign-in. */
  function authorize(query: URLSearchParams): string {
    const get = (name: string) => query.get(name) ?? '';
    const asked = ['client_id', 'response_type', 'response_mode', 'code_challenge_method'].map(get);
    if (asked.join() !== [clientId, 'code', 'fragment', 'S256'].join()) throw new Error(`Asked for ${query}`);
    if (!get('scope').split(' ').includes(`${clientId}/.default`)) throw new Error(`Asked for ${get('scope')}`);
    const back = (parameters: Record<string, string>) =>
      `${get('redirect_uri')}#${new URLSearchParams({ ...parameters, state: get('state') })}`.replaceAll('&', '&amp;');
    const links = (['reader', 'stranger'] as const).map((user) => {
      const code = randomUUID();
      codes.set(code, {
        user,
        nonce: get('nonce'),
        challenge: get('code_challenge'),
        redirectUri: get('redirect_uri'),
      });
      return `<a href="${back({ code, client_info: clientInfo(user) })}">${choices[user]}</a>`;
    });
    const refused = back({ error: 'access_denied', error_description: refusal });
    return `<!doctype html><link rel="icon" href="data:,"><title>Sign in</title>${links.join(' ')} <a href="${refused}">Refuse</a>`;
  }

  function loginOf(form: URLSearchParams): Login | undefined {
    const get = (name: string) => form.get(name) ?? '';
    if (get('client_id') !== clientId) return undefined;
    if (get('grant_type') === 'refresh_token') {
      const login = provider.refreshes ? refreshTokens.get(get('refresh_token')) : undefined;
      refreshTokens.delete(get('refresh_token'));
      return login;
    }
    const login = codes.get(get('code'));
    codes.delete(get('code'));
    const challenge = createHash('sha256').update(get('code_verifier')).digest('base64url');
    return login?.challenge === challenge && login.redirectUri === get('redirect_uri') ? login : undefined;
  }

  async function tokens(form: URLSearchParams) {
    const login = loginOf(form);
    if (!login) return { error: 'invalid_grant', error_description: 'AADSTS700082: The refresh token has expired' };
    provider.grants.push(form.get('grant_type') ?? '');
    const { user, nonce } = login;
    const who = { oid: user, sub: user, preferred_username: `${user}@example.com` };
    const exp = Math.floor(Date.now() / 1000) + provider.lifetimeSeconds;
    const refreshToken = randomUUID();
    refreshTokens.set(refreshToken, login);
    return {
      token_type: 'Bearer',
      scope: `${clientId}/.default`,
      expires_in: provider.lifetimeSeconds,
      access_token: await issuer.sign({ ...who, aud: clientId, roles: roles[user], exp, jti: randomUUID() }),
      id_token: await issuer.sign({ ...who, aud: clientId, nonce }),
      refresh_token: refreshToken,
      client_info: clientInfo(user),
    };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', issuer.authority);
    const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
    const json = (body: { readonly error?: string; readonly issuer?: string; readonly token_type?: string }) =>
      response
        .writeHead(body.error ? 400 : 200, { 'content-type': 'application/json', ...cors })
        .end(JSON.stringify(body));
    const path = pathname.slice(tenantId.length + 1);
    if (request.method === 'OPTIONS') response.writeHead(204, cors).end();
    else if (path === '/v2.0/.well-known/openid-configuration') json(configuration());
    else if (path === '/oauth2/v2.0/token') json(await tokens(new URLSearchParams(await text(request))));
    else if (path === '/oauth2/v2.0/authorize')
      response.writeHead(200, { 'content-type': 'text/html' }).end(authorize(searchParams));
    else if (path === '/oauth2/v2.0/logout')
      response.writeHead(302, { location: searchParams.get('post_logout_redirect_uri') ?? '' }).end();
    else response.writeHead(404).end();
  }

  const issuer = await createIssuer({
    certificate: authority.issue('localhost'),
    otherwise: (request, response) =>
      void answer(request, response).catch((error: Error) => response.writeHead(400).end(error.message)),
  });
  return Object.assign(provider, { issuer });
}

/** Identifies the account for MSAL. */
const clientInfo = (user: string) => Buffer.from(JSON.stringify({ uid: user, utid: tenantId })).toString('base64url');
