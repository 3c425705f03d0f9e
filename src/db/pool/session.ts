import type pg from 'pg';
import { LoginError } from './loginError.ts';

export interface SessionOptions {
  readonly statementTimeoutMs: number;
  readonly idleInTransactionTimeoutMs: number;
}

/**
 * What the scalars rely on (UTC, ISO 8601, hex, every digit of a float), the limits of a statement, and no JIT: for
 * statements as short as these the compiling costs more than it saves.
 */
export const sessionSettings = ({
  statementTimeoutMs,
  idleInTransactionTimeoutMs,
}: SessionOptions): Readonly<Record<string, string>> => ({
  TimeZone: 'UTC',
  DateStyle: 'ISO',
  IntervalStyle: 'iso_8601',
  bytea_output: 'hex',
  extra_float_digits: '1',
  jit: 'off',
  statement_timeout: String(statementTimeoutMs),
  idle_in_transaction_session_timeout: String(idleInTransactionTimeoutMs),
});

/** The settings as the startup packet takes them, which saves a round trip and overrides those of the role. */
export const startupOptions = (options: SessionOptions): string =>
  Object.entries(sessionSettings(options))
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');

/** The statements that put the settings on the role, for a PgBouncer, which refuses them in the startup packet. */
const roleStatements = (role: string, options: SessionOptions): readonly string[] =>
  Object.entries(sessionSettings(options)).map(([name, value]) => roleStatement(role, name, value));

/** Takes effect at the role's next login. */
export const roleStatement = (role: string, name: string, value: string): string =>
  `ALTER ROLE "${role.replaceAll('"', '""')}" SET ${name} = '${value}';`;

/** Names are compared as PostgreSQL does, without case; any limit will do, since it is the role's owner's to choose. */
export const acceptedSettings: Readonly<Record<string, RegExp>> = {
  TimeZone: /^(Etc\/)?UTC$/i,
  DateStyle: /^ISO\b/i,
  IntervalStyle: /^iso_8601$/i,
  bytea_output: /^hex$/i,
  extra_float_digits: /^[123]$/,
  statement_timeout: /^[1-9]/,
  idle_in_transaction_session_timeout: /^[1-9]/,
};

/** Checks the settings that stand on the role; rejects with the statements that set what is missing. */
export async function verifySession(client: pg.ClientBase, role: string, options: SessionOptions): Promise<void> {
  const { rows } = await client.query<{ name: string; setting: string }>({
    text: 'select name, setting from pg_catalog.pg_settings where name = any($1)',
    values: [Object.keys(acceptedSettings)],
  });
  const wrong = rows.filter(({ name, setting }) => !acceptedSettings[name]?.test(setting)).map(({ name }) => name);
  if (wrong.length === 0) return;
  const remedy = roleStatements(role, options).filter((statement) =>
    wrong.some((name) => statement.includes(` ${name} `)),
  );
  throw new LoginError('session', `PG_SESSION=role, but the role lacks settings. Run:\n${remedy.join('\n')}`);
}
