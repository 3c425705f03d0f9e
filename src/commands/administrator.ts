import { openTokenSource } from '../auth/identity/tokenSource.ts';
import type { PoolConfig } from '../config/config.ts';
import { ConfigError } from '../config/variables.ts';
import { openConnection, type PoolConnection } from '../db/pool/connection.ts';
import { unavailable } from '../errors.ts';

/** Logs in as the administrator whom the environment names, to PGDATABASE or to another database of that server. */
export async function openAdministrator(
  { database, connectTimeoutMs, statementTimeoutMs }: PoolConfig,
  name = database?.database ?? '',
): Promise<PoolConnection> {
  if (!database) throw new ConfigError(['PGHOST: required, with PGUSER and PGDATABASE; or set DATABASE_URL instead']);
  const tokens = openTokenSource(database.password, () => {});
  const options = { connectTimeoutMs, statementTimeoutMs, idleInTransactionTimeoutMs: 60_000 };
  try {
    return await openConnection({ ...database, ...options, database: name }, tokens);
  } catch (error) {
    throw unavailable(error);
  } finally {
    tokens.end();
  }
}
