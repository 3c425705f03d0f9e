import { z } from 'zod';
import { readDatabaseUrl } from './databaseUrl.ts';
import { defaultPageLimits, defaultRequestLimits } from './limits.ts';
import { misspelt } from './spelling.ts';

/** An error that lists every problem of the configuration, each with the name of its variable. */
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

/** The server's own variables, and those of libpq and the platform that it understands. */
export const variables = z.object({
  NODE_ENV: z.string().optional(),
  DATABASE_URL: z.string().optional(),
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
    .regex(/^https:\/\/.+\/\.default$/, 'must be the URL of a resource followed by /.default')
    .default('https://ossrdbms-aad.database.windows.net/.default'),
  IDENTITY_ENDPOINT: z.string().optional(),
  IDENTITY_HEADER: z.string().optional(),
  PG_POOL_SIZE: int(1, 1000).default(10),
  MAX_REPLICAS: int(1, 1000).default(1),
  PG_STATEMENT_TIMEOUT_MS: int(1, 3_600_000).default(15_000),
  PG_CONNECT_TIMEOUT_MS: int(1, 600_000).default(15_000),
  AUTH: oneOf('entra', 'none').optional(),
  AUTH_TENANT_ID: z.guid('must be the id of a tenant, a GUID').toLowerCase().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  AUTH_AUTHORITY: z
    .string()
    .regex(/^(https:|http:\/\/(localhost|127\.0\.0\.1)(?![\w.-]))/, 'must be a URL that begins with https://')
    .default('https://login.microsoftonline.com'),
  EVENTS_SCHEMA: z.string().default('events'),
  SCHEMA_POLL_MS: int(100, 86_400_000).default(60_000),
  SSE_MAX_SECONDS: int(1, 86_400).default(230),
  HOST: z.string().optional(),
  PORT: int(0, 65_535).default(4000),
  GRAPHIQL: onOff.optional(),
  DASHBOARD: onOff.optional(),
  CORS_ORIGINS: z.string().default(''),
  MAX_BODY_BYTES: int(1, 1_000_000_000).default(5_000_000),
  MAX_PAGE_SIZE: int(1, 1_000_000).default(defaultPageLimits.maxSize),
  PERSISTED_DOCUMENTS: z.string().default(''),
  EXTENSIONS: z.string().optional(),
  DOCUMENTS: oneOf('any', 'persisted-only').optional(),
  STRICT_DOCUMENTS: oneOf('true', 'false').default('false'),
  CACHE_CONTROL: z
    .string()
    .regex(
      /^[\w-]+(="?[\w-]+"?)?(, *[\w-]+(="?[\w-]+"?)?)*$/,
      'must be directives such as max-age=10, separated by commas',
    )
    .default('no-cache'),
  MAX_DOCUMENT_COST: int(1, 1_000_000_000).default(defaultRequestLimits.cost),
  MAX_RESPONSE_BYTES: int(1000, 500_000_000).default(defaultRequestLimits.bytes),
  RATE_LIMIT_PER_MINUTE: int(1, 1_000_000).optional(),
  TRUSTED_PROXIES: int(0, 10).default(0),
  LOG_LEVEL: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent').optional(),
  SLOW_STATEMENT_MS: int(1, 3_600_000).default(1000),
});

/** The variables of OpenTelemetry that decide what to start. The SDK reads these and many more itself. */
export const telemetryVariables = z.object({
  OTEL_SDK_DISABLED: z.string().optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: oneOf('grpc', 'http/protobuf', 'http/json').optional(),
});

const all = variables.extend(telemetryVariables.shape);

export type Variables = z.infer<typeof all>;

const aliases = { PG_HOST: 'PGHOST', PG_DB: 'PGDATABASE', PG_USER: 'PGUSER' } as const;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the variables and collects all problems; an empty variable counts as not set. */
export function readEnvironment(environment: Environment) {
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const problems = [...misspelt(set, Object.keys(all.shape)), ...aliasDifferences(set)];
  const { DATABASE_URL: url } = set;
  const named = url === undefined ? {} : readDatabaseUrl(url, problems);
  problems.push(...differences(named, set));
  const env = parse({ ...named, ...set }, problems);
  return { env, production: env.NODE_ENV === 'production', problems };
}

/** Splits a comma-separated list. */
export const listOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);

/**
 * Reports each value that cannot be read and continues as if it were not set, so that later problems are reported too.
 */
function parse(set: Environment, problems: string[]): Variables {
  const { error } = all.safeParse(set);
  const wrong = new Set(error?.issues.map((issue) => String(issue.path[0])));
  for (const issue of error?.issues ?? []) problems.push(`${String(issue.path[0])}: ${issue.message}`);
  return all.parse(Object.fromEntries(Object.entries(set).filter(([name]) => !wrong.has(name))));
}

/** Lists the contradictions between DATABASE_URL and other variables. */
const differences = (named: Readonly<Record<string, unknown>>, set: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(named)
    .flatMap(([name, value]) => namesOf(name).map((other) => ({ other, value })))
    .filter(({ other, value }) => set[other] !== undefined && set[other] !== value)
    .map(({ other }) => `DATABASE_URL: differs from ${other}: set only one of the two`);

const namesOf = (name: string): readonly string[] => [
  name,
  ...Object.entries(aliases).flatMap(([alias, meant]) => (meant === name ? [alias] : [])),
];

function aliasDifferences(set: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(aliases)
    .filter(([alias, name]) => set[alias] !== undefined && set[name] !== undefined && set[alias] !== set[name])
    .map(([alias, name]) => `${alias}: differs from ${name}: set only one of the two`);
}
