import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';

/** A fault that the endpoint has until another one is set. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly body?: unknown; readonly retryAfter?: string }
  | { readonly kind: 'hang' }
  /** The token is for another resource than the requested one. */
  | { readonly kind: 'wrong-audience' }
  /** The issuer's clock is ahead of the database's, so the times in tokens are too late. */
  | { readonly kind: 'clock-ahead'; readonly seconds: number }
  /** The platform's cache returns the previous token again. */
  | { readonly kind: 'same-token' };

export interface Issued {
  readonly text: string;
  readonly clientId: string;
  readonly audience: string;
  /** Time at which the database stops accepting the token, in milliseconds since 1970. */
  readonly endsAt: number;
}

export interface IdentityEndpoint {
  readonly url: string;
  readonly header: string;
  /** Returns the number of requests so far, answered or not, from all identities or from one. */
  readonly requests: (clientId?: string) => number;
  connections(): Promise<number>;
  /** Lifetime of the tokens that are issued from now on, in seconds. */
  lifeSeconds: number;
  fault: Fault | undefined;
  /** Refuses connections from now on; `listen` accepts them again on the same port. */
  refuse(): Promise<void>;
  listen(): Promise<void>;
  end(): Promise<void>;
}

export interface IdentityOptions {
  readonly lifeSeconds: number;
  /** Client ids of the app's user-assigned identities; `system` stands for its system-assigned one. */
  readonly assigned: readonly string[];
  /** Registers a token with the database before the caller gets it. */
  readonly onIssue?: (issued: Issued) => Promise<void>;
}

/**
 * Starts the token endpoint of Container Apps: api-version 2019-08-01, a secret header, `expires_on` in seconds as a
 * string. Source: Microsoft Learn, "Managed identities in Azure Container Apps", section "REST endpoint reference".
 */
export async function createIdentityEndpoint(options: IdentityOptions): Promise<IdentityEndpoint> {
  const header = crypto.randomUUID();
  const state = { lifeSeconds: options.lifeSeconds, fault: undefined as Fault | undefined };
  const clients: (string | null)[] = [];
  let last: Reply | undefined;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const asked = new URL(request.url ?? '', 'http://localhost').searchParams;
    clients.push(asked.get('client_id'));
    const { fault } = state;
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'status') {
      return send(response, fault.status, fault.body ?? { error: { message: 'told to fail' } }, fault.retryAfter);
    }
    const wrong = objection(asked, request.headers['x-identity-header'] === header, options.assigned);
    if (wrong) return send(response, wrong.status, wrong);
    if (fault?.kind !== 'same-token' || !last) last = await issue(asked, state.lifeSeconds, fault, options.onIssue);
    send(response, 200, last);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => send(response, 500, { message: String(error) }));
  });
  const listen = (port: number) => new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const refuse = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return Object.assign(state, {
    url: `http://127.0.0.1:${port}/msi/token`,
    header,
    requests: (clientId?: string) =>
      clientId === undefined ? clients.length : clients.filter((client) => client === clientId).length,
    connections: () => promisify(server.getConnections.bind(server))(),
    refuse,
    listen: () => listen(port),
    end: async () => {
      if (server.listening) await refuse();
    },
  });
}

interface Reply {
  readonly access_token: string;
  readonly expires_on: string;
  readonly resource: string;
  readonly token_type: 'Bearer';
  readonly client_id: string;
}

function objection(asked: URLSearchParams, known: boolean, assigned: readonly string[]) {
  if (!known) return { status: 403, message: 'The identity header is missing or wrong' };
  if (asked.get('api-version') !== '2019-08-01') return { status: 400, message: 'Unknown api-version' };
  if (assigned.includes(asked.get('client_id') ?? 'system')) return undefined;
  // The message in Azure-Samples/azure-search-openai-demo, issue 2148.
  const message = 'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.';
  return { status: 400, message };
}

async function issue(
  asked: URLSearchParams,
  lifeSeconds: number,
  fault: Fault | undefined,
  onIssue: IdentityOptions['onIssue'],
): Promise<Reply> {
  const clientId = asked.get('client_id') ?? 'system';
  const resource = asked.get('resource') ?? '';
  const audience = fault?.kind === 'wrong-audience' ? 'https://management.azure.com' : resource;
  const ahead = fault?.kind === 'clock-ahead' ? fault.seconds : 0;
  const now = Math.floor(Date.now() / 1000) + ahead;
  const claims = { aud: audience, appid: clientId, oid: clientId, iat: now, nbf: now, exp: now + lifeSeconds };
  const text = jwt({ ...claims, uti: crypto.randomUUID() });
  await onIssue?.({ text, clientId, audience, endsAt: Date.now() + lifeSeconds * 1000 });
  // MSAL caches by the reply's resource, so it must be exactly the requested one.
  return { access_token: text, expires_on: String(claims.exp), resource, token_type: 'Bearer', client_id: clientId };
}

/** Makes a token of the same shape and length as Entra ID's, which exceed 1,000 characters. */
function jwt(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signature = Buffer.from(crypto.getRandomValues(new Uint8Array(256))).toString('base64url');
  const tenant = `https://sts.windows.net/${crypto.randomUUID()}/`;
  return `${part({ typ: 'JWT', alg: 'RS256', kid: 'test' })}.${part({ iss: tenant, ver: '1.0', xms_mirid: 'x'.repeat(400), ...claims })}.${signature}`;
}

function send(response: ServerResponse, status: number, body: unknown, retryAfter?: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...(retryAfter && { 'Retry-After': retryAfter }) });
  response.end(JSON.stringify(body));
}
