import type { ExecutionResult } from 'graphql';
import type pg from 'pg';
import { pino } from 'pino';
import { type Api, createApiSource } from '../../src/api/api.ts';
import { createServedApi, type ServedApi } from '../../src/api/current.ts';
import type { RequestLimits } from '../../src/config/limits.ts';
import { createDb, type Db, type SharedDb } from '../../src/db/db.ts';
import { createInFlight, type InFlight } from '../../src/db/inFlight.ts';
import { createListener } from '../../src/db/pool/listener.ts';
import { createPool, type Lender, type Pool } from '../../src/db/pool/pool.ts';
import { createProbe, type Probe } from '../../src/db/pool/probe.ts';
import type { Sql } from '../../src/db/sql/sql.ts';
import type { ManifestEntry } from '../../src/documents/manifest.ts';
import { createStore, type DocumentStore } from '../../src/documents/store.ts';
import type { ExtensionModule } from '../../src/schema/extensions/define.ts';
import { type App, createApp } from '../../src/server/app.ts';
import { createTails, type Tails } from '../../src/tails/tails.ts';
import { serializers } from '../../src/telemetry/logger.ts';
import { appConfig } from './config.ts';
import { planning, sending } from './way.ts';

/** The data and errors of a response, as a client parses them. */
export type Result = ExecutionResult<Record<string, unknown>> & { readonly status: number };

export interface TestApi {
  readonly app: App;
  readonly api: Api;
  readonly db: SharedDb;
  readonly pool: Pool;
  readonly probe: Probe;
  readonly served: ServedApi;
  readonly tails: Tails;
  readonly inFlight: InFlight;
  /** The statements since the last `query`, as texts. */
  readonly queries: readonly Sql[];
  readonly statements: readonly string[];
  /** The texts that the pool sent to PostgreSQL; equal reads that became one statement count once. */
  readonly sent: readonly string[];
  readonly log: readonly LogLine[];
  /** Runs a document and resolves with its data; rejects if there are errors. */
  readonly query: <T = Record<string, unknown>>(document: string, variables?: Record<string, unknown>) => Promise<T>;
  /** Runs a document and resolves with the unchanged response. */
  readonly send: (document: string, variables?: Record<string, unknown>) => Promise<Result>;
  /** Replaces the persisted documents. */
  readonly serveDocuments: (store: DocumentStore) => void;
  readonly close: () => Promise<void>;
}

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [key: string]: unknown;
}

interface Connection {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

export interface TestApiOptions {
  readonly schema?: string;
  /** Interval of a live tail's empty messages. */
  readonly heartbeatMs?: number;
  /** Pause before an error may make the server compare the schema again. */
  readonly apartMs?: number;
  readonly config?: Partial<Omit<typeof appConfig, 'requestLimits'>> & {
    readonly requestLimits?: Partial<RequestLimits>;
  };
  readonly extensions?: readonly ExtensionModule[];
  /** Persisted documents. */
  readonly documents?: readonly ManifestEntry[];
  /** Maximum number of connections. */
  readonly size?: number;
  /** Replaces how the pool lends its connections. */
  readonly lending?: (pool: Lender) => Lender;
  /** Room for what is in flight, in bytes. */
  readonly room?: number;
}

/** Creates the whole server over one database, without a socket. */
export async function createTestApi(
  connection: Connection,
  {
    schema = 'events',
    config,
    extensions = [],
    documents = [],
    size = 4,
    lending = (pool) => pool,
    room = 256 * 2 ** 20,
    heartbeatMs,
    apartMs,
  }: TestApiOptions = {},
): Promise<TestApi> {
  const queries: Sql[] = [];
  const log: LogLine[] = [];
  const logger = pino(
    { level: 'debug', serializers },
    { write: (line: string) => log.push(JSON.parse(line) as LogLine) },
  );
  const settings = {
    ...appConfig,
    ...config,
    requestLimits: { ...appConfig.requestLimits, ...config?.requestLimits },
  };
  const server = { ...connection, ssl: false, connectTimeoutMs: 10_000, statementTimeoutMs: 20_000 } as const;
  const onError = (error: Error) => logger.warn({ err: error }, 'A connection to the database failed');
  const pool = createPool({ ...server, size, onError });
  const sent: string[] = [];
  const real = createDb(recorded(lending(pool), sent), (since, reason) => served.hasChanged(since, reason));
  const counted =
    (run: Db['rows']): Db['rows'] =>
    (query) => {
      queries.push(query);
      return run(query);
    };
  const watched = ({ rows, write }: Db): Db => ({ rows: counted(rows), write: counted(write) });
  const db: SharedDb = { ...watched(real), within: (scope) => watched(real.within(scope)) };
  const persisted = { ...createStore(documents), strict: settings.documents.strict };
  const actual = createApiSource({
    ...{ db, schemaName: schema, limits: settings.limits, extensions, log: logger },
    onSchemaChanged: (error) => void served.checkSoon(error),
    documents: persisted,
  });
  const source = {
    ...actual,
    build: (...given: Parameters<typeof actual.build>) => planning(actual.build(...given)),
  };
  const api = source.build(await source.introspect());
  const served = createServedApi(api, {
    source,
    onReplaced: ({ catalog }) => tails.retire(catalog),
    pollMs: settings.schemaPollMs,
    apartMs,
    log: logger,
  });
  const listener = createListener({
    server,
    tokens: pool.tokens,
    onNotice: (notice) => tails.wake(notice),
    onError,
  });
  const inFlight = createInFlight(room);
  const tails = createTails({
    db,
    inFlight,
    limits: settings.requestLimits,
    maxSeconds: settings.sseMaxSeconds,
    heartbeatMs,
    listen: listener.start,
    log: logger,
  });
  const probe = createProbe(pool);
  const app = sending(createApp({ config: settings, served, tails, inFlight, probe, log: logger }), [queries, sent]);

  const send: TestApi['send'] = async (query, variables) => {
    queries.length = 0;
    const response = await app.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, ...((await response.json()) as ExecutionResult<Record<string, unknown>>) };
  };
  return {
    app,
    api,
    db,
    pool,
    probe,
    served,
    tails,
    inFlight,
    queries,
    get statements() {
      return queries.map(({ text }) => text.join('?'));
    },
    sent,
    log,
    serveDocuments(store) {
      persisted.store = store;
      served.refreshDocuments();
    },
    send,
    async query<T>(document: string, variables?: Record<string, unknown>) {
      const { data, errors } = await send(document, variables);
      if (errors) throw new Error(`${JSON.stringify(errors, null, 2)}\nin ${document}`);
      return data as T;
    },
    async close() {
      served.stop();
      await app.dispose();
      await listener.stop();
      await pool.end();
    },
  };
}

/** Wraps a pool to record the statements on its connections, without the settings that precede them. */
function recorded(pool: Lender, sent: string[]): Lender {
  const seen = new WeakSet<pg.ClientBase>();
  const record = (client: pg.ClientBase) => {
    if (seen.has(client)) return;
    seen.add(client);
    const query = client.query.bind(client);
    Object.assign(client, {
      query(config: pg.QueryConfig | string) {
        const text = typeof config === 'string' ? config : config.text;
        if (!/set_config|^(begin|commit|rollback)/.test(text)) sent.push(text);
        return query(config);
      },
    });
  };
  return {
    statementTimeoutMs: pool.statementTimeoutMs,
    use: (work, options) =>
      pool.use((client, session) => {
        record(client);
        return work(client, session);
      }, options),
  };
}
