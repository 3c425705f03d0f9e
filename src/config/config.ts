import { type AuthConfig, authOf } from './auth.ts';
import { type DatabaseConfig, databaseOf } from './database.ts';
import { defaultRequestLimits, type PageLimits, pageLimitsOf, type RequestLimits } from './limits.ts';
import { ConfigError, type Environment, listOf, readEnvironment, type Variables } from './variables.ts';

/** The configuration, read once at the start; `database` is null for the embedded one. */
export interface Config {
  readonly production: boolean;
  readonly database: DatabaseConfig | null;
  /** The accepted tokens; null if callers are anonymous. */
  readonly auth: AuthConfig | null;
  readonly schema: string;
  readonly host: string;
  readonly port: number;
  readonly graphiql: boolean;
  /** True if the server serves the dashboard and its persisted documents. */
  readonly dashboard: boolean;
  readonly corsOrigins: readonly string[];
  readonly maxBodyBytes: number;
  readonly limits: PageLimits;
  readonly documents: DocumentsConfig;
  /** A folder of extensions. */
  readonly extensions: string | null;
  /** The Cache-Control header of answers to queries by GET. */
  readonly cacheControl: string;
  readonly requestLimits: RequestLimits;
  readonly poolSize: number;
  /** Maximum number of replicas, each with a pool of its own. */
  readonly maxReplicas: number;
  readonly statementTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly schemaPollMs: number;
  /** Lifetime of a live tail's stream, after which the client reconnects. */
  readonly sseMaxSeconds: number;
  readonly logLevel: string;
  /** Duration above which a statement is logged. */
  readonly slowStatementMs: number;
  /** The signals to export; null if there are none. */
  readonly telemetry: Signals | null;
}

/** The signals that have an OpenTelemetry endpoint. */
export interface Signals {
  readonly traces: boolean;
  readonly metrics: boolean;
  readonly logs: boolean;
}

export interface DocumentsConfig {
  /** Manifests, and folders of manifests. */
  readonly paths: readonly string[];
  /** True if only callers with the permission to explore may send documents of their own. */
  readonly persistedOnly: boolean;
  /** True if a document that does not fit the schema prevents the server from serving the API. */
  readonly strict: boolean;
}

/** Reads and validates the environment; throws a ConfigError that lists all problems. */
export function readConfig(environment: Environment): Config {
  const { env, production, problems } = readEnvironment(environment);
  const pool = poolOf(env, production, problems);
  const auth = authOf(env, production, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    ...pool,
    production,
    auth,
    host: env.HOST ?? (production ? '0.0.0.0' : 'localhost'),
    port: env.PORT,
    graphiql: env.GRAPHIQL ? env.GRAPHIQL === 'on' : !production,
    // The dashboard's documents only fit the schema of the embedded database.
    dashboard: env.DASHBOARD ? env.DASHBOARD === 'on' : pool.database === null && !production,
    corsOrigins: listOf(env.CORS_ORIGINS),
    maxBodyBytes: env.MAX_BODY_BYTES,
    limits: pageLimitsOf(env.MAX_PAGE_SIZE),
    documents: {
      paths: listOf(env.PERSISTED_DOCUMENTS),
      persistedOnly: env.DOCUMENTS ? env.DOCUMENTS === 'persisted-only' : production,
      strict: env.STRICT_DOCUMENTS === 'true',
    },
    extensions: env.EXTENSIONS ?? null,
    cacheControl: env.CACHE_CONTROL,
    requestLimits: {
      ...defaultRequestLimits,
      cost: env.MAX_DOCUMENT_COST,
      bytes: env.MAX_RESPONSE_BYTES,
      perMinute: env.RATE_LIMIT_PER_MINUTE ?? null,
      proxies: env.TRUSTED_PROXIES,
    },
    maxReplicas: env.MAX_REPLICAS,
    requestTimeoutMs: 2 * env.PG_STATEMENT_TIMEOUT_MS,
    sseMaxSeconds: env.SSE_MAX_SECONDS,
    schemaPollMs: env.SCHEMA_POLL_MS,
    logLevel: env.LOG_LEVEL ?? (production ? 'info' : 'warn'),
    slowStatementMs: env.SLOW_STATEMENT_MS,
    telemetry: signalsOf(env),
  };
}

export type PoolConfig = Pick<Config, 'schema' | 'database' | 'poolSize' | 'statementTimeoutMs' | 'connectTimeoutMs'>;

/** Reads only what a program needs to connect, such as a job that serves no callers. */
export function readPoolConfig(environment: Environment): PoolConfig {
  const { env, production, problems } = readEnvironment(environment);
  const pool = poolOf(env, production, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return pool;
}

const poolOf = (env: Variables, production: boolean, problems: string[]): PoolConfig => ({
  schema: env.EVENTS_SCHEMA,
  database: databaseOf(env, production, problems),
  poolSize: env.PG_POOL_SIZE,
  statementTimeoutMs: env.PG_STATEMENT_TIMEOUT_MS,
  connectTimeoutMs: env.PG_CONNECT_TIMEOUT_MS,
});

/**
 * Reads which signals to export. The SDK reads these variables itself, but without an endpoint it would export to
 * localhost.
 */
function signalsOf(env: Variables): Signals | null {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return null;
  const all = env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined;
  const traces = all || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT !== undefined;
  const metrics = all || env.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT !== undefined;
  const logs = all || env.OTEL_EXPORTER_OTLP_LOGS_ENDPOINT !== undefined;
  return traces || metrics || logs ? { traces, metrics, logs } : null;
}
