import { lookup } from 'node:dns/promises';
import { type Claims, claimsOf } from '../../auth/identity/tokenClaims.ts';
import { openTokenSource, type TokenSource } from '../../auth/identity/tokenSource.ts';
import { type Config, readConfig } from '../../config/config.ts';
import type { DatabaseConfig, Identity } from '../../config/database.ts';
import { ConfigError, type Environment } from '../../config/variables.ts';
import { createDb, type Db } from '../../db/db.ts';
import { openConnection, type PoolConnection } from '../../db/pool/connection.ts';
import { explainLogin } from '../../db/pool/loginError.ts';
import { errorMessage } from '../../errors.ts';
import { type Check, type Finding, failed, type Outcome, ok, runChecks, type Step, warning } from './finding.ts';
import { loginRemedy } from './login.ts';
import { checkConnect, checkName, isAzure, type Lookup } from './network.ts';
import { checkSchema } from './schema.ts';
import { checkClock, checkConnections, checkVersion } from './server.ts';
import { checkRole, checkSession } from './session.ts';
import { checkTls, tlsRemedy } from './tls.ts';
import { checkToken, tokenRemedy } from './token.ts';

/** The access to the network, the clock and tokens, which tests replace. */
export interface Probes {
  readonly lookup: Lookup;
  /** Reads this machine's clock, in milliseconds since 1970. */
  readonly now: () => number;
  readonly openTokens: (password: string | Identity) => TokenSource;
}

const probes: Probes = {
  lookup: (host) => lookup(host, { all: true }),
  now: () => Date.now(),
  openTokens: (password) => openTokenSource(password, () => {}),
};

/** Checks the server's path to the database step by step. An error in a step becomes its finding, never a rejection. */
export async function examine(
  environment: Environment,
  { lookup, now, openTokens }: Probes = probes,
): Promise<readonly Finding[]> {
  const { config, outcome } = readConfiguration(environment);
  const configuration = async () => outcome;
  if (!config?.database) return runChecks({ configuration });
  const { database, connectTimeoutMs } = config;
  const tokens = openTokens(database.password);
  const lazy = openLazily(config, database, tokens);
  const explained = explainedFor(database);
  let claims: Claims = {};
  const examineToken = async () => {
    const token = await tokens.get();
    claims = claimsOf(token.text);
    return checkToken(database.password, token, now());
  };
  try {
    return await runChecks({
      configuration,
      name: explained(
        () => checkName(database, lookup),
        () => nameRemedy(database.host),
      ),
      connect: explained(
        () => checkConnect(database, connectTimeoutMs),
        () => connectRemedy(database.host),
      ),
      tls: explained(
        () => checkTls(database, connectTimeoutMs, now()),
        (error) => tlsRemedy(error, database.host),
      ),
      token: explained(examineToken, (error) => tokenRemedy(error, database.password)),
      login: explained(
        () => checkLogin(lazy, database),
        (error) => loginRemedy(error, database, claims),
      ),
      session: explained(async () => checkSession(await lazy.connection(), database)),
      ...inSession(config, database, lazy, now),
    });
  } finally {
    tokens.end();
    await lazy.end();
  }
}

/** Reports all problems of the configuration in one finding; without a server to ask, nothing else is examined. */
function readConfiguration(environment: Environment): {
  readonly config?: Config;
  readonly outcome: Outcome;
} {
  try {
    const config = readConfig(environment);
    const { database } = config;
    if (!database)
      return { outcome: warning('PGHOST is not set, so the embedded database is used', 'Set PGHOST or DATABASE_URL') };
    const { host, port, user, password } = database;
    const how = typeof password === 'string' ? 'password' : password.kind;
    return { config, outcome: ok(`${user}@${host}:${port}/${database.database}, PG_AUTH=${how}`) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const remedy = 'Correct these variables (docs/configuration.md), then run this again';
    return { outcome: { ...failed('The configuration has a problem', remedy), details: error.problems } };
  }
}

interface LazyConnection {
  /** Opens the examination's only connection when first called. Rejects with a LoginError. */
  connection(): Promise<PoolConnection>;
  end(): Promise<void>;
}

function openLazily(config: Config, database: DatabaseConfig, tokens: TokenSource): LazyConnection {
  const { connectTimeoutMs, statementTimeoutMs } = config;
  let opening: Promise<PoolConnection> | undefined;
  return {
    connection() {
      opening ??= openConnection({ ...database, connectTimeoutMs, statementTimeoutMs }, tokens);
      return opening;
    },
    async end() {
      const connection = await opening?.catch(() => undefined);
      await connection?.close();
    },
  };
}

/** Explains a failed step of a login in the words of the server's log. */
const explainedFor =
  (database: DatabaseConfig) =>
  (check: Check, remedy?: (error: unknown) => string): Check =>
  async () => {
    try {
      return await check();
    } catch (error) {
      return failed(explainLogin(error, database).message, remedy?.(error));
    }
  };

async function checkLogin(lazy: LazyConnection, { user, database }: DatabaseConfig): Promise<Outcome> {
  await lazy.connection();
  return ok(`${user} may log in to ${database}`);
}

function inSession(
  config: Config,
  database: DatabaseConfig,
  lazy: LazyConnection,
  now: () => number,
): Partial<Record<Step, Check>> {
  const answered =
    (ask: (connection: PoolConnection) => Promise<Outcome>): Check =>
    async () => {
      try {
        return await ask(await lazy.connection());
      } catch (error) {
        return failed(errorMessage(error));
      }
    };
  return {
    role: answered(({ client }) => checkRole(client, config.schema)),
    schema: answered((connection) => checkSchema(dbOf(connection, config.statementTimeoutMs), database.user, config)),
    version: answered(({ client }) => checkVersion(client, database)),
    clock: answered(({ client }) => checkClock(client, now)),
    connections: answered(({ client, session }) => checkConnections(client, session, config)),
  };
}

const dbOf = ({ client, session }: PoolConnection, statementTimeoutMs: number): Db =>
  createDb({ use: (work) => work(client, session), statementTimeoutMs });

const nameRemedy = (host: string): string =>
  isAzure(host)
    ? "Link the server's private DNS zone to the virtual network of the app, or to that of its DNS server; then restart the app"
    : "Check that PGHOST is the server's name, and that this network's DNS server resolves it";

const connectRemedy = (host: string): string =>
  isAzure(host)
    ? 'Check that the server runs, that PGPORT is 5432 (6432 for PgBouncer), and that network rules allow this network'
    : 'Check that the server runs and listens there, and that PGHOST and PGPORT are right';
