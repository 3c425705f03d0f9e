import type { ClientBase } from 'pg';
import type { Config } from '../../config/config.ts';
import type { DatabaseConfig } from '../../config/database.ts';
import type { Session } from '../../db/pool/session.ts';
import { noticeChannel } from '../../db/sql/notice.ts';
import { failed, type Outcome, ok, warning } from './finding.ts';
import { toleratedMs } from './token.ts';

const oldest = 14;

/** Azure's ports that lead to any node of a cluster, one of them through its pooler. */
const portsOfNodes = [7432, 8432];

/** Checks the version of PostgreSQL and Citus, and whether the server is a standby. */
export async function checkVersion(client: ClientBase, { port }: Pick<DatabaseConfig, 'port'>): Promise<Outcome> {
  const { rows } = await client.query<{ version: string; citus: string | null; isStandby: boolean }>(
    `select pg_catalog.current_setting('server_version') as version, pg_catalog.current_setting('citus.version', true) as citus,
       pg_catalog.pg_is_in_recovery() as "isStandby"`,
  );
  const { version = '', citus, isStandby } = rows[0] ?? {};
  if (Number.parseInt(version, 10) < oldest)
    return warning(`PostgreSQL ${version} is older than the tested versions`, `Use PostgreSQL ${oldest} or newer`);
  const found = `PostgreSQL ${version}${citus ? `, Citus ${citus}` : ''}${isStandby ? ', a standby: no mutations and no live tails' : ''}`;
  if (!citus || !portsOfNodes.includes(port)) return ok(found);
  return warning(
    `${found}; port ${port} may lead to any node`,
    'Set PGPORT to 5432 (6432 for PgBouncer), which leads to the coordinator: this server cannot use other nodes',
  );
}

/** Compares the database's clock with this machine's, which `now` reads in milliseconds since 1970. */
export async function checkClock(client: ClientBase, now: () => number): Promise<Outcome> {
  const before = now();
  const { rows } = await client.query<{ ms: string }>(
    'select extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000 as ms',
  );
  const after = now();
  const ahead = (before + after) / 2 - Number(rows[0]?.ms);
  const unsure = (after - before) / 2;
  const seconds = (Math.abs(ahead) / 1000).toFixed(1);
  if (Math.abs(ahead) <= toleratedMs + unsure) return ok(`within ${seconds} s of the database's`);
  return warning(
    `this machine's clock is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} the database's`,
    'Set the clock (NTP): otherwise tokens seem to expire early or late',
  );
}

interface Limits {
  readonly max: number;
  readonly reserved: number;
  readonly others: number;
  /** Limits of the role and of the database; -1 for no limit. */
  readonly role: number;
  readonly database: number;
  /** True if tables announce new rows, for which each replica listens on a connection of its own. */
  readonly listens: boolean;
}

/**
 * Compares the connections that all replicas need with the limits of the server, the role and the database. A pooler
 * shares connections between clients, so behind one it only tells how many the replicas open.
 */
export async function checkConnections(
  client: ClientBase,
  { pooler }: Pick<Session, 'pooler'>,
  { poolSize, maxReplicas, schema }: Pick<Config, 'poolSize' | 'maxReplicas' | 'schema'>,
): Promise<Outcome> {
  const { rows } = await client.query<Limits>(
    `select pg_catalog.current_setting('max_connections')::pg_catalog.int4 as max,
       pg_catalog.current_setting('superuser_reserved_connections')::pg_catalog.int4
         operator(pg_catalog.+) coalesce(pg_catalog.current_setting('reserved_connections', true), '0')::pg_catalog.int4 as reserved,
       (select pg_catalog.count(*)::pg_catalog.int4 from pg_catalog.pg_stat_activity
         where backend_type operator(pg_catalog.=) 'client backend' and usename operator(pg_catalog.<>) current_user) as others,
       (select rolconnlimit from pg_catalog.pg_roles where rolname operator(pg_catalog.=) current_user) as role,
       (select datconnlimit from pg_catalog.pg_database where datname operator(pg_catalog.=) pg_catalog.current_database()) as database,
       exists (select from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid operator(pg_catalog.=) t.tgrelid
         join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
         where n.nspname operator(pg_catalog.=) $1 and t.tgname operator(pg_catalog.=) $2) and not pg_catalog.pg_is_in_recovery() as listens`,
    [schema, noticeChannel],
  );
  const [limits] = rows;
  if (!limits) throw new Error('The query of the limits returned no row');
  const { room, setting, found } = lowestOf(limits);
  // A pool opens one more connection while it replaces one, and a server with live tails listens on another.
  const further = limits.listens ? 2 : 1;
  const needed = (poolSize + further) * maxReplicas;
  const sum = `${maxReplicas} × (${poolSize} + ${further}) = ${needed} connections`;
  if (pooler) return ok(`${sum} to the pooler, which shares those of the server`);
  const message = `${sum}, twice that during a deployment; there is room for ${room} (${found})`;
  const remedy = `Lower PG_POOL_SIZE or the number of replicas (this command reads MAX_REPLICAS), or raise ${setting}`;
  if (needed > room) return failed(message, remedy);
  return needed * 2 > room ? warning(message, remedy) : ok(message);
}

/** Returns the limit that leaves the least room. */
function lowestOf({ max, reserved, others, role, database }: Limits) {
  const limitOf = (owner: string, room: number) => {
    const setting = `the CONNECTION LIMIT of the ${owner}`;
    return room < 0 ? [] : [{ room, setting, found: setting }];
  };
  const found = `max_connections ${max}, ${reserved} reserved, ${others} in use by others`;
  const limits = [
    { room: max - reserved - others, setting: 'max_connections', found },
    ...limitOf('role', role),
    ...limitOf('database', database),
  ];
  return limits.reduce((lowest, limit) => (limit.room < lowest.room ? limit : lowest));
}
