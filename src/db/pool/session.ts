import type pg from 'pg';
import { backendKeyOf } from './cancel.ts';

export interface SessionOptions {
  readonly statementTimeoutMs: number;
  /** Time limit of an idle transaction; a minute by default. */
  readonly idleInTransactionTimeoutMs?: number;
}

/**
 * Settings of a session: what the scalars rely on (UTC, ISO 8601, hex, all digits of a float), limits of a statement,
 * and no JIT, which costs short statements more than it saves. A statement that waits for a lock, for instance behind a
 * migration, gives up early, so that it frees the connection before others have waited for it in vain.
 */
export const sessionSettings = ({
  statementTimeoutMs,
  idleInTransactionTimeoutMs = 60_000,
}: SessionOptions): Readonly<Record<string, string>> => ({
  TimeZone: 'UTC',
  DateStyle: 'ISO',
  IntervalStyle: 'iso_8601',
  bytea_output: 'hex',
  extra_float_digits: '1',
  jit: 'off',
  statement_timeout: String(statementTimeoutMs),
  lock_timeout: String(Math.ceil(statementTimeoutMs / 3)),
  idle_in_transaction_session_timeout: String(idleInTransactionTimeoutMs),
});

/** Returns the settings for the startup packet, which saves a round trip and overrides the role's settings. */
export const startupOptions = (options: SessionOptions): string =>
  Object.entries(sessionSettings(options))
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');

/** Returns the statement that changes a role's setting from its next login on. */
export const roleStatement = (role: string, name: string, value: string): string =>
  `ALTER ROLE "${role.replaceAll('"', '""')}" SET ${name} = '${value}';`;

/**
 * Values that serve as well as ours. As in PostgreSQL, case is ignored; any limit is fine, since whoever manages the role
 * may choose it.
 */
const acceptedSettings: Readonly<Record<string, RegExp>> = {
  TimeZone: /^(Etc\/)?UTC$/i,
  DateStyle: /^ISO\b/i,
  IntervalStyle: /^iso_8601$/i,
  bytea_output: /^hex$/i,
  extra_float_digits: /^[123]$/,
  statement_timeout: /^[1-9]/,
  lock_timeout: /^[1-9]/,
  idle_in_transaction_session_timeout: /^[1-9]/,
};

/** Tells whether a role's setting serves as well as the wanted one. */
export const isAccepted = (name: string, value: string | undefined, wanted: string): boolean =>
  value !== undefined && (acceptedSettings[name]?.test(value) ?? value === wanted);

/** Facts about a session, found out at login. */
export interface Session {
  /** Settings that the session lacks and each transaction must set. */
  readonly settings: Readonly<Record<string, string>>;
  /** The pooler that assigns a backend to each transaction; null if the session is PostgreSQL's own. */
  readonly pooler: Pooler | null;
  /** True if PostgreSQL is a node of a Citus cluster. */
  readonly isCluster: boolean;
}

export interface Pooler {
  /** True if the pooler prepares a statement again on a backend that lacks it. */
  readonly prepares: boolean;
}

/**
 * Detects a pooler in front of PostgreSQL. A pooler gives its clients process ids of its own, and one that re-prepares
 * statements uses its own names for them. The check runs within one transaction, which has one backend; two
 * transactions could share one by chance.
 */
export async function examineSession(client: pg.Client, options: SessionOptions): Promise<Session> {
  const { rows } = await client.query<{ pid: number; isCluster: boolean }>(
    `select pg_catalog.pg_backend_pid() as pid, pg_catalog.current_setting('citus.version', true) is not null as "isCluster"`,
  );
  const isCluster = rows[0]?.isCluster ?? false;
  if (rows[0]?.pid === backendKeyOf(client).processID) return { settings: {}, pooler: null, isCluster };
  await client.query('begin');
  const pooler = { prepares: await isRenamed(client) };
  const session = { settings: await lackingSettings(client, options), pooler, isCluster };
  await client.query('rollback');
  return session;
}

const probe = 'events_graphql_probe';

async function isRenamed(client: pg.Client): Promise<boolean> {
  const text = 'select from pg_catalog.pg_prepared_statements where name operator(pg_catalog.=) $1';
  const { rowCount } = await client.query({ name: probe, text, values: [probe] });
  if (rowCount === 0) return true;
  await client.query(`deallocate ${probe}`);
  return false;
}

/**
 * Finds the missing settings. What the role or the server sets is equal on every backend; what was set within a session
 * does not count.
 */
async function lackingSettings(client: pg.Client, options: SessionOptions): Promise<Session['settings']> {
  const wanted = sessionSettings(options);
  const { rows } = await client.query<{ name: string; value: string }>(
    'select name, reset_val as value from pg_catalog.pg_settings where name operator(pg_catalog.=) any ($1)',
    [Object.keys(wanted)],
  );
  const values = new Map(rows.map(({ name, value }) => [name, value]));
  // The statement timeout must be the configured one, since this server stops waiting for an answer at the same time.
  const isHeld = (name: string, value: string) =>
    name === 'statement_timeout' ? values.get(name) === value : isAccepted(name, values.get(name), value);
  return Object.fromEntries(Object.entries(wanted).filter(([name, value]) => !isHeld(name, value)));
}

/** Explains to the operator what was found, and what to do about its cost. */
export function explainSession({ pooler, settings }: Session, role: string) {
  if (!pooler) return { found: 'no pooler; the settings were sent at login', remedies: [] };
  const lacking = Object.entries(settings);
  const names = lacking.map(([name]) => name).join(', ');
  const found = [
    `A pooler such as PgBouncer stands in front of PostgreSQL and ${pooler.prepares ? 're-prepares statements on each backend' : 'does not re-prepare statements, so each is planned every time'}`,
    lacking.length === 0 ? 'the role has the settings' : `each transaction sets ${names}, which the role lacks`,
  ];
  const remedies = [
    ...(pooler.prepares
      ? []
      : ['Set pgbouncer.max_prepared_statements of the server to 500 (max_prepared_statements in pgbouncer.ini).']),
    ...lacking.map(([name, value]) => roleStatement(role, name, value)),
  ];
  return { found: found.join('; '), remedies };
}
