import { openTokenSource } from '../auth/identity/tokenSource.ts';
import type { PoolConfig } from '../config/config.ts';
import { ConfigError } from '../config/variables.ts';
import { openConnection, type PoolConnection } from '../db/pool/connection.ts';
import { unavailable } from '../errors.ts';

/** Opens a connection to PGDATABASE or to another database of that server; rejects with DATABASE_UNAVAILABLE. */
export type Login = (database?: string) => Promise<PoolConnection>;

/** Runs `open` with a login as the administrator whom the environment names; one source of tokens serves all its logins. */
export async function asAdministrator<T>(
  { database: server, connectTimeoutMs, statementTimeoutMs }: PoolConfig,
  open: (login: Login) => Promise<T>,
): Promise<T> {
  if (!server) throw new ConfigError(['PGHOST: required, with PGUSER and PGDATABASE; or set DATABASE_URL instead']);
  const tokens = openTokenSource(server.password, () => {});
  const login: Login = (database = server.database) =>
    openConnection({ ...server, connectTimeoutMs, statementTimeoutMs, database }, tokens).catch((error) => {
      throw unavailable(error);
    });
  try {
    return await open(login);
  } finally {
    tokens.end();
  }
}
