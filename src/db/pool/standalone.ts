/**
 * The server's pool for other programs that log in as it does: Azure Functions, jobs, pods. It logs in with Entra access
 * tokens or a password, and replaces connections before their tokens expire and when they are lost.
 *
 * @example
 * const pool = createPool({ ...readPoolOptions(process.env), onError: (error) => console.warn(error.message) });
 * const { rows } = await withRetry(pool, 'read', (client) => client.query('select version()'));
 *
 * @module
 */
import { readPoolConfig } from '../../config/config.ts';
import { ConfigError } from '../../config/variables.ts';
import type { PoolOptions } from './pool.ts';

export type { Identity } from '../../config/database.ts';
export { ConfigError } from '../../config/variables.ts';
export { AppError } from '../../errors.ts';
export { LoginError, type LoginStep } from './loginError.ts';
export { createPool, type Pool, type PoolOptions, type UseOptions } from './pool.ts';
export type { PoolEvent } from './report.ts';
export { withRetry } from './retry.ts';
export type { PoolStats } from './stats.ts';

/**
 * Reads the same variables as the server: those in docs/configuration.md under "The database" and "How the server logs
 * in". Throws a ConfigError if variables are wrong or missing.
 */
export function readPoolOptions(
  environment: Readonly<Record<string, string | undefined>>,
): Omit<PoolOptions, 'onError'> {
  const { database, poolSize, connectTimeoutMs, statementTimeoutMs } = readPoolConfig(environment);
  if (!database) throw new ConfigError(['PGHOST: required: the host of the PostgreSQL server']);
  return { ...database, size: poolSize, connectTimeoutMs, statementTimeoutMs };
}
