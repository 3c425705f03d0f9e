import { createCredential, createIdentityHttp } from '../../src/auth/identity/credential.ts';
import { createTokenSource } from '../../src/auth/identity/tokenSource.ts';
import { createPool, type Pool, type PoolEvent, type PoolOptions } from '../../src/db/pool/pool.ts';
import { createIdentityEndpoint, type IdentityEndpoint, type Issued } from './identity.ts';
import { type Postgres, startPostgres } from './postgres.ts';

const scope = 'https://ossrdbms-aad.database.windows.net/.default';

/** What Container Apps and Flexible Server are to the server: tokens from one, which the other takes as passwords. */
export interface Platform {
  readonly identity: IdentityEndpoint;
  readonly postgres: Postgres;
  /**
   * An identity that no one has used, with a role of the same name: MSAL caches for the life of the process. `system`
   * is the app's own.
   */
  createIdentity(clientId?: 'system'): Promise<string>;
  /** A pool that logs in as the identity, and what happens in it. */
  connect(clientId: string, options?: Partial<PoolOptions>): { readonly pool: Pool; readonly events: Events };
  /** The sessions of a role that the server has, as process ids. */
  backends(role: string): Promise<readonly string[]>;
  terminate(backend: string): Promise<void>;
  /** Until when the database takes the token that the identity got last, in milliseconds since 1970. */
  tokenEndsAt(clientId: string): number;
  end(): Promise<void>;
}

export interface Events {
  readonly errors: readonly Error[];
  /** All that happened, on the clock of `performance.now()`. */
  readonly log: readonly { readonly type: PoolEvent; readonly at: number }[];
  /** Resolves when the event next happens. */
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
      // Entra ID does not mind whether the database is there; that one learns of the token when it is back.
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
      // Waits until the session is gone, for up to this many milliseconds.
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
