import { createCredential, createIdentityHttp } from '../../src/auth/identity/credential.ts';
import { createTokenSource } from '../../src/auth/identity/tokenSource.ts';
import { createPool, type Pool, type PoolOptions } from '../../src/db/pool/pool.ts';
import type { PoolEvent } from '../../src/db/pool/report.ts';
import { createIdentityEndpoint, type IdentityEndpoint, type Issued } from './identity.ts';
import { type Postgres, startPostgres } from './postgres.ts';

const scope = 'https://ossrdbms-aad.database.windows.net/.default';

/**
 * The parts of Azure that the server relies on: Container Apps, which issues tokens, and Flexible Server, which accepts
 * them as passwords.
 */
export interface Platform {
  readonly identity: IdentityEndpoint;
  readonly postgres: Postgres;
  /**
   * Creates an unused identity and a role of the same name. Each test needs its own, because MSAL caches tokens for the
   * life of the process. `system` is the app's system-assigned identity.
   */
  createIdentity(clientId?: 'system'): Promise<string>;
  /** Creates a pool that logs in as the identity, and records its events. */
  connect(clientId: string, options?: Partial<PoolOptions>): { readonly pool: Pool; readonly events: Events };
  /** Resolves with the process ids of a role's sessions. */
  backends(role: string): Promise<readonly string[]>;
  terminate(backend: string): Promise<void>;
  /** Returns the expiry of the identity's last token for the database, in milliseconds since 1970. */
  tokenEndsAt(clientId: string): number;
  end(): Promise<void>;
}

export interface Events {
  readonly errors: readonly Error[];
  /** All events so far, with times of `performance.now()`. */
  readonly log: readonly { readonly type: PoolEvent; readonly at: number }[];
  /** Resolves when an event of this type next happens. */
  next(type: PoolEvent): Promise<void>;
}

export async function startPlatform(lifeSeconds: number): Promise<Platform> {
  const server = await startPostgres();
  const assigned: string[] = [];
  const last = new Map<string, Issued>();
  const accept = ({ clientId, text, endsAt }: Issued) => server.setToken(clientId, text, endsAt);
  const postgres: Postgres = {
    ...server,
    async start() {
      await server.start();
      await Promise.all([...last.values()].map(accept));
    },
  };
  const identity = await createIdentityEndpoint({
    lifeSeconds,
    assigned,
    async onIssue(issued) {
      if (!scope.startsWith(issued.audience)) return;
      last.set(issued.clientId, issued);
      // Entra ID issues tokens even if the database is down; the database learns of the token when it is back.
      await accept(issued).catch(() => {});
    },
  });
  process.env['IDENTITY_ENDPOINT'] = identity.url;
  process.env['IDENTITY_HEADER'] = identity.header;
  const http = createIdentityHttp(1000);
  const pools: Pool[] = [];
  return {
    identity,
    postgres,
    async createIdentity(clientId: string = `app-${assigned.length + 1}`) {
      assigned.push(clientId);
      await postgres.admin(`CREATE ROLE "${clientId}"`);
      return clientId;
    },
    connect(clientId, options) {
      const { events, onError, onEvent } = createEvents();
      const pool = createPool({
        host: postgres.host,
        port: postgres.port,
        ssl: { ca: postgres.ca },
        database: 'postgres',
        user: clientId,
        password: createTokenSource({
          credential: createCredential({ kind: 'user-identity', clientId, scope }, http),
          scope,
          attemptTimeoutMs: 1000,
          onEvent: ({ type }) => onEvent(type),
        }),
        size: 4,
        connectTimeoutMs: 5000,
        statementTimeoutMs: 5000,
        onError,
        onEvent,
        ...options,
      });
      pools.push(pool);
      return { pool, events };
    },
    async backends(role) {
      const rows = await postgres.admin('select pid::text from pg_stat_activity where usename = $1', [role]);
      return rows.map((row) => String(row['pid']));
    },
    async terminate(backend) {
      // Waits up to 5,000 ms until the session has ended.
      await postgres.admin('select pg_terminate_backend($1::int, 5000)', [backend]);
    },
    tokenEndsAt: (clientId) => last.get(clientId)?.endsAt ?? 0,
    async end() {
      await Promise.all(pools.map((pool) => pool.end().catch(() => {})));
      await identity.end();
      await postgres.end();
    },
  };
}

function createEvents() {
  const errors: Error[] = [];
  const log: { readonly type: PoolEvent; readonly at: number }[] = [];
  let waiting: { readonly type: PoolEvent; readonly resolve: () => void }[] = [];
  const onEvent = (type: PoolEvent) => {
    log.push({ type, at: performance.now() });
    const [met, rest] = [waiting.filter((one) => one.type === type), waiting.filter((one) => one.type !== type)];
    waiting = rest;
    for (const { resolve } of met) resolve();
  };
  const events: Events = {
    errors,
    log,
    next: (type) => new Promise((resolve) => waiting.push({ type, resolve })),
  };
  return { events, onEvent, onError: (error: Error) => void errors.push(error) };
}
