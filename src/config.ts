import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Permission } from './auth/caller.ts';

/** Everything that can be set, read once at the start; `null` for `database` means the embedded one. */
export interface Config {
  readonly production: boolean;
  readonly database: DatabaseConfig | null;
  /** Null where nobody is asked who they are. */
  readonly auth: AuthConfig | null;
  readonly schema: string;
  readonly host: string;
  readonly port: number;
  readonly graphiql: boolean;
  /** Whether to serve the dashboard, and its documents with it. */
  readonly dashboard: boolean;
  readonly corsOrigins: readonly string[];
  readonly maxBodyBytes: number;
  readonly limits: PageLimits;
  readonly documents: DocumentsConfig;
  /** The Cache-Control of answers to queries by GET. */
  readonly cacheControl: string;
  readonly requestLimits: RequestLimits;
  readonly poolSize: number;
  /** How many of this server may run at once, all with a pool of their own. */
  readonly maxReplicas: number;
  readonly statementTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly schemaPollMs: number;
  /** How old a stream of a live tail may get. */
  readonly sseMaxSeconds: number;
  readonly logLevel: string;
  /** A statement that takes longer is in the log. */
  readonly slowStatementMs: number;
  /** Null where no collector is configured. */
  readonly telemetry: Signals | null;
}

/** What OpenTelemetry has an endpoint for. */
export interface Signals {
  readonly traces: boolean;
  readonly metrics: boolean;
  readonly logs: boolean;
}

/** Page sizes: what a list returns when not told, and at most. */
export interface PageLimits {
  readonly defaultSize: number;
  readonly maxSize: number;
}

export interface DocumentsConfig {
  /** Manifests, and folders of them. */
  readonly paths: readonly string[];
  /** Whether only callers who may explore send documents of their own. */
  readonly persistedOnly: boolean;
  /** Whether a document that does not fit the schema keeps the API from being served. */
  readonly strict: boolean;
}

/** What one request may ask for, and what its answer may hold. */
export interface RequestLimits {
  /** Of a document's text, and selections once its fragments are spread. */
  readonly tokens: number;
  /** Fields within fields. */
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  /** The rows that a document can ask for: see `priceOf`. */
  readonly cost: number;
  /** The rows that its statements may return. */
  readonly rows: number;
  /** Of the response's JSON. */
  readonly bytes: number;
  /** Requests of one caller, or of one address where nobody is asked who they are; null for any number. */
  readonly perMinute: number | null;
  /** How many proxies in front append to X-Forwarded-For. */
  readonly proxies: number;
}

/** What ordinary use never meets. */
export const defaultRequestLimits: RequestLimits = {
  tokens: 20_000,
  depth: 30,
  aliases: 1000,
  directives: 500,
  cost: 500_000,
  rows: 100_000,
  bytes: 50_000_000,
  perMinute: null,
  proxies: 0,
};

export interface DatabaseConfig {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** A fixed password, or the identity whose tokens are the password. */
  readonly password: string | Identity;
  readonly ssl: false | { readonly ca?: string };
  /** Where the session's settings stand: in the startup packet, or on the role (behind PgBouncer, which refuses them). */
  readonly session?: 'startup' | 'role';
}

/** Whose tokens the API takes. */
export interface AuthConfig {
  readonly tenantId: string;
  /** What tokens must be for: one of these. */
  readonly audiences: readonly string[];
  readonly issuers: readonly string[];
  /** Where the issuer's public keys are. */
  readonly keysUrl: string;
  /** The names of the app roles, or scopes, that give the permissions. */
  readonly permissionNames: Readonly<Record<Permission, string>>;
}

/** Who the server is in Entra ID; `scope` names the resource that the tokens are for. */
export type Identity =
  | { readonly kind: 'user-identity'; readonly clientId: string; readonly scope: string }
  | { readonly kind: 'system-identity' | 'default-credential'; readonly scope: string };

/** Every problem of the configuration at once, each with the name of its variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const int = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error });
};
const oneOf = <const T extends readonly string[]>(...values: T) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });
const onOff = oneOf('on', 'off');
const permissionName = z.string().regex(/^[\w.:/-]+$/, 'must be the name of a role or scope, without spaces');

/** Every variable that is read, by its name. */
export const variables = z.object({
  NODE_ENV: z.string().optional(),
  PGHOST: z.string().optional(),
  PGPORT: int(1, 65_535).default(5432),
  PGDATABASE: z.string().optional(),
  PGUSER: z.string().optional(),
  PGPASSWORD: z.string().optional(),
  PGSSLMODE: oneOf('verify-full', 'require', 'disable').optional(),
  PGSSLROOTCERT: z.string().optional(),
  PG_HOST: z.string().optional(),
  PG_DB: z.string().optional(),
  PG_USER: z.string().optional(),
  PG_AUTH: oneOf('user-identity', 'system-identity', 'default-credential', 'password').optional(),
  AZURE_CLIENT_ID: z.string().optional(),
  PG_TOKEN_SCOPE: z
    .string()
    .regex(/^https:\/\/.+\/\.default$/, 'must be the address of a resource followed by /.default')
    .default('https://ossrdbms-aad.database.windows.net/.default'),
  IDENTITY_ENDPOINT: z.string().optional(),
  IDENTITY_HEADER: z.string().optional(),
  PG_SESSION: oneOf('startup', 'role').default('startup'),
  PG_POOL_SIZE: int(1, 1000).default(10),
  MAX_REPLICAS: int(1, 1000).default(1),
  PG_STATEMENT_TIMEOUT_MS: int(1, 3_600_000).default(15_000),
  PG_CONNECT_TIMEOUT_MS: int(1, 600_000).default(15_000),
  AUTH: oneOf('entra', 'none').optional(),
  AUTH_TENANT_ID: z.guid('must be the id of a tenant, a GUID').toLowerCase().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  AUTH_AUTHORITY: z
    .string()
    .regex(/^(https:|http:\/\/(localhost|127\.0\.0\.1)\b)/, 'must be an address that begins with https://')
    .default('https://login.microsoftonline.com'),
  AUTH_ISSUERS: z.string().optional(),
  AUTH_READ: permissionName.default('Events.Read'),
  AUTH_WRITE: permissionName.default('Events.Write'),
  AUTH_EXPLORE: permissionName.default('Events.Explore'),
  REQUEST_TIMEOUT_MS: int(1, 3_600_000).default(30_000),
  EVENTS_SCHEMA: z.string().default('events'),
  SCHEMA_POLL_MS: int(100, 86_400_000).default(60_000),
  SSE_MAX_SECONDS: int(1, 86_400).default(230),
  HOST: z.string().optional(),
  PORT: int(0, 65_535).default(4000),
  GRAPHIQL: onOff.optional(),
  DASHBOARD: onOff.optional(),
  CORS_ORIGINS: z.string().default(''),
  MAX_BODY_BYTES: int(1, 1_000_000_000).default(5_000_000),
  MAX_PAGE_SIZE: int(1, 1_000_000).default(1000),
  PERSISTED_DOCUMENTS: z.string().default(''),
  DOCUMENTS: oneOf('any', 'persisted-only').optional(),
  STRICT_DOCUMENTS: oneOf('true', 'false').default('false'),
  CACHE_CONTROL: z
    .string()
    .regex(
      /^[\w-]+(="?[\w-]+"?)?(, *[\w-]+(="?[\w-]+"?)?)*$/,
      'must be directives such as max-age=10, separated by commas',
    )
    .default('no-cache'),
  MAX_DOCUMENT_TOKENS: int(100, 1_000_000).default(defaultRequestLimits.tokens),
  MAX_DOCUMENT_DEPTH: int(1, 200).default(defaultRequestLimits.depth),
  MAX_DOCUMENT_ALIASES: int(0, 100_000).default(defaultRequestLimits.aliases),
  MAX_DOCUMENT_DIRECTIVES: int(0, 100_000).default(defaultRequestLimits.directives),
  MAX_DOCUMENT_COST: int(1, 1_000_000_000).default(defaultRequestLimits.cost),
  MAX_RESPONSE_ROWS: int(1, 100_000_000).default(defaultRequestLimits.rows),
  MAX_RESPONSE_BYTES: int(1000, 500_000_000).default(defaultRequestLimits.bytes),
  RATE_LIMIT_PER_MINUTE: int(1, 1_000_000).optional(),
  TRUSTED_PROXIES: int(0, 10).optional(),
  CONTAINER_APP_NAME: z.string().optional(),
  LOG_LEVEL: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent').optional(),
  SLOW_STATEMENT_MS: int(1, 3_600_000).default(1000),
  OTEL_SDK_DISABLED: z.string().optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: oneOf('grpc', 'http/protobuf', 'http/json').optional(),
});

type Variables = z.infer<typeof variables>;

const aliases = { PG_HOST: 'PGHOST', PG_DB: 'PGDATABASE', PG_USER: 'PGUSER' } as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads and checks the environment; throws a ConfigError that lists everything wrong in it. */
export function readConfig(environment: Environment): Config {
  const { env, production, problems } = readVariables(environment);
  const pool = poolOf(env, production, problems);
  const auth = authOf(env, production, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    ...pool,
    production,
    auth,
    schema: env.EVENTS_SCHEMA,
    host: env.HOST ?? (production ? '0.0.0.0' : 'localhost'),
    port: env.PORT,
    graphiql: env.GRAPHIQL ? env.GRAPHIQL === 'on' : !production,
    // It is made for the schema of the embedded database.
    dashboard: env.DASHBOARD ? env.DASHBOARD === 'on' : pool.database === null && !production,
    corsOrigins: listOf(env.CORS_ORIGINS),
    maxBodyBytes: env.MAX_BODY_BYTES,
    limits: { defaultSize: Math.min(50, env.MAX_PAGE_SIZE), maxSize: env.MAX_PAGE_SIZE },
    documents: {
      paths: listOf(env.PERSISTED_DOCUMENTS),
      persistedOnly: env.DOCUMENTS ? env.DOCUMENTS === 'persisted-only' : production,
      strict: env.STRICT_DOCUMENTS === 'true',
    },
    cacheControl: env.CACHE_CONTROL,
    requestLimits: {
      tokens: env.MAX_DOCUMENT_TOKENS,
      depth: env.MAX_DOCUMENT_DEPTH,
      aliases: env.MAX_DOCUMENT_ALIASES,
      directives: env.MAX_DOCUMENT_DIRECTIVES,
      cost: env.MAX_DOCUMENT_COST,
      rows: env.MAX_RESPONSE_ROWS,
      bytes: env.MAX_RESPONSE_BYTES,
      perMinute: env.RATE_LIMIT_PER_MINUTE ?? null,
      // Azure Container Apps sets the name, and always has one proxy of its own in front.
      proxies: env.TRUSTED_PROXIES ?? (env.CONTAINER_APP_NAME ? 1 : 0),
    },
    maxReplicas: env.MAX_REPLICAS,
    requestTimeoutMs: env.REQUEST_TIMEOUT_MS,
    sseMaxSeconds: env.SSE_MAX_SECONDS,
    schemaPollMs: env.SCHEMA_POLL_MS,
    logLevel: env.LOG_LEVEL ?? (production ? 'info' : 'warn'),
    slowStatementMs: env.SLOW_STATEMENT_MS,
    telemetry: signalsOf(env),
  };
}

export type PoolConfig = Pick<Config, 'database' | 'poolSize' | 'statementTimeoutMs' | 'connectTimeoutMs'>;

/** As much of it as a program needs that only connects. */
export function readPoolConfig(environment: Environment): PoolConfig {
  const { env, production, problems } = readVariables(environment);
  const pool = poolOf(env, production, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return pool;
}

function readVariables(environment: Environment) {
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const problems = [...misspelt(set), ...twins(set)];
  const env = parse(set, problems);
  return { env, production: env.NODE_ENV === 'production', problems };
}

const poolOf = (env: Variables, production: boolean, problems: string[]): PoolConfig => ({
  database: databaseOf(env, production, problems),
  poolSize: env.PG_POOL_SIZE,
  statementTimeoutMs: env.PG_STATEMENT_TIMEOUT_MS,
  connectTimeoutMs: env.PG_CONNECT_TIMEOUT_MS,
});

/** The items of a list with commas. */
const listOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);

/** Reports each value that cannot be read and goes on as if it were not set, so that later problems show up too. */
function parse(set: Readonly<Record<string, string | undefined>>, problems: string[]): Variables {
  const { error } = variables.safeParse(set);
  const wrong = new Set(error?.issues.map((issue) => String(issue.path[0])));
  for (const issue of error?.issues ?? []) problems.push(`${String(issue.path[0])}: ${issue.message}`);
  return variables.parse(Object.fromEntries(Object.entries(set).filter(([name]) => !wrong.has(name))));
}

function databaseOf(env: Variables, production: boolean, problems: string[]): DatabaseConfig | null {
  const host = env.PGHOST ?? env.PG_HOST;
  const user = env.PGUSER ?? env.PG_USER;
  const database = env.PGDATABASE ?? env.PG_DB;
  if (!host && !production && !user && !database) return null;
  if (!host) {
    const otherwise = production ? '' : ', or unset PGUSER and PGDATABASE for the embedded database';
    problems.push(`PGHOST: required: the host of the PostgreSQL server${otherwise}`);
  }
  if (!user) problems.push('PGUSER: required: the role to log in as');
  if (production && !database) problems.push('PGDATABASE: required in production: the database that holds the schema');
  return {
    host: host ?? '',
    port: env.PGPORT,
    database: database ?? user ?? '',
    user: user ?? '',
    password: passwordOf(env, production, problems),
    ssl: sslOf(env, host ?? '', problems),
    session: env.PG_SESSION,
  };
}

/** Outside production a password that is set is meant; without one it is the developer's own login. */
function passwordOf(env: Variables, production: boolean, problems: string[]): DatabaseConfig['password'] {
  const { PGPASSWORD: password, AZURE_CLIENT_ID: clientId, PG_TOKEN_SCOPE: scope } = env;
  if (production && !env.PG_AUTH) {
    problems.push('PG_AUTH: required in production: user-identity, system-identity, default-credential or password');
    return '';
  }
  const kind = env.PG_AUTH ?? (password === undefined ? 'default-credential' : 'password');
  if (kind === 'password') {
    if (password === undefined) problems.push('PGPASSWORD: required with PG_AUTH=password');
    return password ?? '';
  }
  if (password !== undefined) problems.push(`PGPASSWORD: not used with PG_AUTH=${kind}: unset it`);
  if (kind === 'default-credential') return { kind, scope };
  if (!env.IDENTITY_ENDPOINT || !env.IDENTITY_HEADER) {
    const missing = env.IDENTITY_ENDPOINT ? 'IDENTITY_HEADER' : 'IDENTITY_ENDPOINT';
    problems.push(
      `${missing}: not set by the platform, so there is no identity endpoint: assign an identity to the app`,
    );
  }
  if (kind === 'system-identity') return { kind, scope };
  if (!clientId) problems.push('AZURE_CLIENT_ID: required with PG_AUTH=user-identity: the client id of the identity');
  return { kind, clientId: clientId ?? '', scope };
}

/** Where nothing says who may come in, everyone may only outside production, and only if nothing of it is set. */
function authOf(env: Variables, production: boolean, problems: string[]): AuthConfig | null {
  const { AUTH_TENANT_ID: tenantId = '', AUTH_AUTHORITY: authority } = env;
  const audiences = listOf(env.AUTH_AUDIENCE ?? '');
  if (env.AUTH !== 'entra') {
    if (production && !env.AUTH) problems.push('AUTH: required in production: entra, or none to let everyone in');
    if (tenantId || audiences.length > 0) problems.push('AUTH: must be entra for AUTH_TENANT_ID and AUTH_AUDIENCE');
    return null;
  }
  if (!tenantId) problems.push('AUTH_TENANT_ID: required with AUTH=entra: the id of the tenant whose tokens are taken');
  if (audiences.length === 0) {
    problems.push('AUTH_AUDIENCE: required with AUTH=entra: what tokens must be for, such as api://<client id>');
  }
  const tenant = `${authority.replace(/\/$/, '')}/${tenantId}`;
  const issuers = listOf(env.AUTH_ISSUERS ?? '');
  return {
    tenantId,
    audiences,
    issuers: issuers.length > 0 ? issuers : [`${tenant}/v2.0`, `https://sts.windows.net/${tenantId}/`],
    keysUrl: `${tenant}/discovery/v2.0/keys`,
    permissionNames: { read: env.AUTH_READ, write: env.AUTH_WRITE, explore: env.AUTH_EXPLORE },
  };
}

/** Whether nobody but this machine is at the other end: a socket's folder, or a loopback name or address. */
export const isLoopback = (host: string): boolean => /^(localhost|127\.|::1$|\/)/.test(host);

/** TLS is always verified in full; it is off only towards this machine or when asked for by name. */
function sslOf(env: Variables, host: string, problems: string[]): DatabaseConfig['ssl'] {
  if (env.PGSSLMODE === 'disable' || (env.PGSSLMODE === undefined && isLoopback(host))) return false;
  if (!env.PGSSLROOTCERT) return {};
  try {
    return { ca: readFileSync(env.PGSSLROOTCERT, 'utf8') };
  } catch (error) {
    problems.push(`PGSSLROOTCERT: ${error instanceof Error ? error.message : String(error)}`);
    return {};
  }
}

/** The SDK reads these and many more variables itself; without an endpoint it would send to this machine. */
function signalsOf(env: Variables): Signals | null {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return null;
  const all = env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined;
  const traces = all || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT !== undefined;
  const metrics = all || env.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT !== undefined;
  const logs = all || env.OTEL_EXPORTER_OTLP_LOGS_ENDPOINT !== undefined;
  return traces || metrics || logs ? { traces, metrics, logs } : null;
}

function twins(set: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(aliases)
    .filter(([alias, name]) => set[alias] !== undefined && set[name] !== undefined && set[alias] !== set[name])
    .map(([alias, name]) => `${alias}: differs from ${name}: set one of the two`);
}

/** libpq's own variables that this server does not read, and that are one letter away from one that it does. */
const others = new Set(['PGHOSTADDR', 'PGPASSFILE', 'PGSSLCERT', 'PGSSLKEY', 'PGSSLCRL', 'PGSERVICE', 'PGAPPNAME']);

function misspelt(set: Readonly<Record<string, unknown>>): string[] {
  const known = Object.keys(variables.shape);
  return Object.keys(set)
    .filter((name) => !known.includes(name) && !others.has(name) && name.length > 4)
    .flatMap((name) => {
      const meant = known.find((candidate) => candidate.length > 4 && oneSlip(name, candidate));
      return meant ? [`${name}: unknown; did you mean ${meant}?`] : [];
    });
}

/** Whether one letter was added, lost, changed or swapped with its neighbour. */
function oneSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const rest = (s: string, from: number) => s.slice(start + from);
  return (
    rest(a, 1) === rest(b, 1) ||
    rest(a, 1) === rest(b, 0) ||
    rest(a, 0) === rest(b, 1) ||
    (a[start] === b[start + 1] && a[start + 1] === b[start] && rest(a, 2) === rest(b, 2))
  );
}
