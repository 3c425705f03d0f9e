import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { AuthConfig } from '../../src/config/auth.ts';
import { readConfig } from '../../src/config/config.ts';

export const tenantId = '3f0b1c52-6f5e-4c39-9d0e-1f8a5a6c7d11';
export const audience = 'api://events';
export const clientId = '5d1c7a20-0000-4000-8000-000000000001';

type Key = Awaited<ReturnType<typeof generateKeyPair>> & { readonly kid: string };

/** A tenant of Entra ID as a resource server sees it: an address with public keys, and tokens signed with them. */
export interface Issuer {
  readonly config: AuthConfig;
  /** Value of AUTH_AUTHORITY. */
  readonly authority: string;
  /** Number of requests for the keys so far. */
  requests: number;
  /** Status of every response. */
  status: number;
  /** Promise that responses with keys wait for. */
  ready: Promise<void>;
  /** Signs a token with these claims in place of the usual ones; `undefined` leaves one out. */
  sign(claims?: JWTPayload, key?: Key): Promise<string>;
  /** Returns the current public key as text. */
  publicKey(): Promise<string>;
  /** An unpublished key. */
  strange(kid?: string): Promise<Key>;
  /** Replaces the signing key; the previous keys are no longer published. */
  rotate(): Promise<void>;
  end(): Promise<void>;
}

export interface IssuerOptions {
  /** A certificate for `localhost`, to serve TLS. */
  readonly certificate?: { readonly certificate: string; readonly key: string };
  /** Answers requests that are not for keys. */
  readonly otherwise?: RequestListener;
}

export async function createIssuer({ certificate, otherwise }: IssuerOptions = {}): Promise<Issuer> {
  const strange = async (kid: string = crypto.randomUUID()): Promise<Key> => ({
    ...(await generateKeyPair('RS256')),
    kid,
  });
  let current = await strange();
  const state = { requests: 0, status: 200, ready: Promise.resolve() };
  const listener: RequestListener = async (request, response) => {
    if (otherwise && request.url !== `/${tenantId}/discovery/v2.0/keys`) return otherwise(request, response);
    state.requests++;
    await state.ready;
    const found = request.url === `/${tenantId}/discovery/v2.0/keys` ? state.status : 404;
    const keys = [{ ...(await exportJWK(current.publicKey)), kid: current.kid, use: 'sig' }];
    response.writeHead(found, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
  };
  const server = certificate
    ? createSecureServer({ cert: certificate.certificate, key: certificate.key }, listener)
    : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, certificate ? 'localhost' : '127.0.0.1', resolve));
  const authority = `${certificate ? 'https://localhost' : 'http://127.0.0.1'}:${(server.address() as AddressInfo).port}`;
  const { auth } = readConfig({
    AUTH: 'entra',
    AUTH_TENANT_ID: tenantId,
    AUTH_AUDIENCE: `${audience},${clientId}`,
    AUTH_AUTHORITY: authority,
  });
  if (!auth) throw new Error('There is no one to ask');
  const usual = (): JWTPayload => {
    const now = Math.floor(Date.now() / 1000);
    const iss = `${authority}/${tenantId}/v2.0`;
    return { iss, aud: audience, tid: tenantId, oid: crypto.randomUUID(), nbf: now, iat: now, exp: now + 3600 };
  };
  return Object.assign(state, {
    config: auth,
    authority,
    strange,
    sign: (claims: JWTPayload = { roles: ['Events.Read'] }, { kid, privateKey }: Key = current) =>
      new SignJWT({ ...usual(), ...claims }).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid }).sign(privateKey),
    publicKey: () => exportSPKI(current.publicKey),
    async rotate() {
      current = await strange();
    },
    end: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}
