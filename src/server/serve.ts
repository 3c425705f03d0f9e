import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createApiSource } from '../api/api.ts';
import { createServedApi } from '../api/current.ts';
import { loadExtensions } from '../api/extensions.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/variables.ts';
import { type Dashboard, readDashboard } from '../dashboard/dashboard.ts';
import { type Database, openDatabase } from '../db/open.ts';
import { createProcessInFlight } from '../db/processInFlight.ts';
import { followManifests, type ManifestWatch } from '../documents/follow.ts';
import { type ReadDocuments, readStore } from '../documents/store.ts';
import { createTails } from '../tails/tails.ts';
import { createInstruments } from '../telemetry/instruments.ts';
import { observePool } from '../telemetry/poolMetrics.ts';
import { recordRequests } from '../telemetry/requests.ts';
import { createStatementWatch } from '../telemetry/statements.ts';
import { observeTails } from '../telemetry/tailMetrics.ts';
import { startTelemetry } from '../telemetry/telemetry.ts';
import { createApp, endpoint } from './app.ts';
import { expectFree, listen } from './listen.ts';

/**
 * Time to keep serving after SIGTERM, in milliseconds. Container platforms continue to send requests until they notice
 * that the server is not ready, and send SIGKILL after 30 seconds.
 */
const lingerMs = 3000;

/** Time that running requests then have to end, in milliseconds. */
const graceMs = 22_000;

export interface ServeOptions {
  /** True if a simulated collector writes into the embedded database. */
  readonly feed: boolean;
}

/**
 * Serves until a signal ends it. In production it listens at once and waits for the database; elsewhere it fails if it
 * cannot serve.
 */
export async function serve(config: Config, { feed }: ServeOptions): Promise<void> {
  const telemetry = await startTelemetry(config);
  const { log } = telemetry;
  if (config.production && !config.auth)
    log.warn('AUTH=none: anyone who can reach this server may do whatever its role may do');
  const { dashboard, paths, documents, manifests } = await readFiles(config, log);
  if (!config.database) {
    await expectFree(config.host, config.port);
    await loadExtensions(config, { extensions: null });
  }
  const onSchemaChanged = (error: Error) => void served?.checkSoon(error);
  const database = await openDatabase(config, {
    // Outside production an error before the first API ends the server, which then prints it.
    onError: (error) =>
      (config.production || served) && log.warn({ err: error }, 'A connection to the database failed'),
    hasChanged: async (since, reason) => (await served?.hasChanged(since, reason)) ?? false,
    onPooled: (found, remedies) => log[remedies.length > 0 ? 'warn' : 'info']({ remedies }, found),
  });
  const instruments = createInstruments();
  const watch = createStatementWatch({
    instruments,
    log,
    database: database.name,
    slowStatementMs: config.slowStatementMs,
  });
  const listener = database.createListener((notice) => tails.wake(notice));
  const inFlight = createProcessInFlight();
  const tails = createTails({
    db: database.db,
    inFlight,
    record: watch.ofTails,
    limits: config.requestLimits,
    maxSeconds: config.sseMaxSeconds,
    listen: listener.start,
    log,
  });
  const stopping = stopSignal();
  let served: ReturnType<typeof createServedApi> | undefined;
  let manifestWatch: ManifestWatch | undefined;
  try {
    const source = createApiSource({
      db: database.db,
      schemaName: config.schema,
      limits: config.limits,
      extensions: await loadExtensions(config, database),
      documents,
      onSchemaChanged,
      log,
    });
    const first = config.production ? null : source.build(await source.introspect());
    served = createServedApi(first, {
      source,
      onReplaced: ({ catalog }) => tails.retire(catalog),
      pollMs: config.schemaPollMs,
      log,
    });
    const { checkSoon, refreshDocuments } = served;
    manifestWatch = followManifests({
      paths,
      first: manifests,
      pollMs: config.schemaPollMs,
      log,
      onChange(changed) {
        documents.store = changed;
        refreshDocuments();
      },
    });
    const { check } = manifestWatch;
    process.on('SIGHUP', () => void check().then(() => checkSoon()));
    const app = createApp({ config, served, dashboard, tails, inFlight, probe: database.probe, log });
    observeTails(tails.stats);
    observePool({ stats: database.stats, size: config.poolSize });
    const recorded = recordRequests(app, { instruments, log, endpoint, watch: watch.ofRequest });
    const listening = await listen(recorded, config.host, config.port);
    log.info({ port: listening.port, database: database.label }, 'Listening');
    if (first) greet(config, listening.port, database, first.catalog.tables.length);
    const collector = feed && isFed(config, database) ? await startCollector(config, listening.port, log) : null;
    const signal = await stopping;
    log.info({ signal }, 'Stopping');
    served.stop();
    await collector?.stop();
    const linger = config.production ? lingerMs : 0;
    // Ends the streams only now, since until now the platform would reconnect them to this replica.
    void wait(linger).then(tails.stop);
    await listening.drain(graceMs, linger);
  } finally {
    manifestWatch?.stop();
    served?.stop();
    await listener.stop();
    await database.close();
    await telemetry.end();
  }
}

/** Reads what is served besides the API's schema: the dashboard and the persisted documents. */
async function readFiles(config: Config, log: Logger) {
  const { documents } = config;
  const dashboard = await findDashboard(config);
  const paths = dashboard ? [...documents.paths, dashboard.manifest] : documents.paths;
  const { store, manifests } = await readDocuments(paths);
  if (documents.persistedOnly && store.all.length === 0)
    log.warn(
      'PERSISTED_DOCUMENTS names no document, so only callers who may explore can query; name a manifest, or set DOCUMENTS=any',
    );
  return { dashboard, paths, manifests, documents: { store, strict: documents.strict } };
}

/** Finds the dashboard; page and documents are only served together. */
async function findDashboard(config: Config): Promise<Dashboard | null> {
  if (!config.dashboard) return null;
  const dashboard = await readDashboard();
  if (!dashboard)
    throw new ConfigError(['DASHBOARD: the page was not built: run npm run prepare, or set DASHBOARD=off']);
  return dashboard;
}

/**
 * Reads the persisted documents. An invalid id prevents the start, because the server would run another document than
 * the one that was approved.
 */
async function readDocuments(paths: readonly string[]): Promise<ReadDocuments> {
  const read = await readStore(paths);
  if (read.problems.length > 0)
    throw new ConfigError(read.problems.map((problem) => `PERSISTED_DOCUMENTS: ${problem}`));
  return read;
}

/** Tells whether the collector can write: it has no token, and sends documents of its own. */
const isFed = ({ auth, documents }: Config, { isEmbedded }: Database): boolean =>
  isEmbedded && !auth && !documents.persistedOnly;

/** Starts the simulated collector, which exists only in development, like the embedded database. */
async function startCollector({ host }: Config, port: number, log: Logger) {
  const { runCollector } = await import('../dev/collector/collector.ts');
  return runCollector({ url: `http://${host.includes(':') ? `[${host}]` : host}:${port}${endpoint}`, log });
}

/** Resolves with the first signal to stop. */
const stopSignal = () =>
  new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, resolve);
  });

function greet(
  { schema, dashboard, graphiql }: Config,
  port: number,
  { label, isEmbedded }: Database,
  tables: number,
): void {
  const lines = [
    ...(dashboard ? [`Dashboard: http://localhost:${port}/dashboard`] : []),
    `${graphiql ? 'GraphQL and GraphiQL' : 'GraphQL'}: http://localhost:${port}/graphql`,
    `Serving ${tables} ${tables === 1 ? 'table' : 'tables'} of the schema "${schema}" in ${label}`,
    ...(isEmbedded
      ? ['To serve your own database, set DATABASE_URL, such as postgres://user:password@host/database']
      : []),
    'Ctrl-C stops it.',
  ];
  process.stdout.write(`\n${lines.join('\n')}\n\n`);
}
