import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { ServerConnection } from '../../src/dev/embedded/server.ts';

/** A table with the columns `label` and `at`. */
export interface Target {
  readonly table: string;
  /** A partition that may be written to directly. */
  readonly leaf: string;
  /** The assignment in updates of old rows. */
  readonly change: string;
}

/** A transaction in progress. */
interface Session extends Target {
  readonly client: pg.Client;
  /** The relation that it writes to. */
  readonly into: string;
  readonly waitMs: number;
}

const insert = ({ client, into }: Session, labels: readonly string[], at = 'now()') =>
  client.query(`insert into ${into} (label, at) select label, ${at} from unnest($1::text[]) label`, [labels]);

/** Copies slowly: numbers are taken from its first row to its last. */
async function copy({ client, into, waitMs }: Session, labels: readonly string[]): Promise<void> {
  async function* lines() {
    for (const [i, label] of labels.entries()) {
      if (i === Math.ceil(labels.length / 2)) await wait(waitMs);
      yield `${label}\n`;
    }
  }
  await pipeline(lines, client.query(copyFrom(`copy ${into} (label) from stdin`)));
}

/** A condition for old rows that no other writer is changing. */
const old = (table: string, count: number) =>
  `label in (select label from ${table} where label like 'old.%' order by random() limit ${count} for update skip locked)`;

/** The ways to write these rows and change others. */
const ways = {
  async one(session, labels) {
    for (const label of labels) await insert(session, [label]);
  },
  many: insert,
  ties: (session, labels) => insert(session, labels, `'epoch'`),
  clockJumps: (session, labels) => insert(session, labels, `now() + (random() - 0.5) * interval '2 days'`),
  copy,
  async update(session, labels) {
    const { client, table, change } = session;
    await client.query(`update ${table} set ${change} where ${old(table, labels.length)}`);
    await insert(session, labels);
  },
  async delete(session, labels) {
    const { client, table } = session;
    await client.query(`delete from ${table} where ${old(table, labels.length)}`);
    await insert(session, labels);
  },
  async savepoint(session, labels) {
    await session.client.query('savepoint s');
    await insert(
      session,
      labels.map((label) => `${label}.undone`),
    );
    await session.client.query('rollback to s');
    await insert(session, labels);
  },
} satisfies Record<string, (session: Session, labels: readonly string[]) => Promise<unknown>>;

/** The work of one transaction: what it writes, how long it waits in the middle, and how it ends. */
export interface Work {
  readonly kind: keyof typeof ways;
  readonly into: 'table' | 'leaf';
  readonly rows: number;
  readonly waitMs: number;
  readonly end: 'commit' | 'rollback' | 'prepare' | 'kill';
}

/** Any sequence of transactions of one writer. */
export const anyScript: fc.Arbitrary<readonly Work[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(...(Object.keys(ways) as Work['kind'][])),
    into: fc.constantFrom('table', 'leaf'),
    rows: fc.integer({ min: 1, max: 12 }),
    waitMs: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: 30 }) }, fc.integer({ min: 100, max: 400 })),
    end: fc.oneof(
      { weight: 8, arbitrary: fc.constant('commit' as const) },
      fc.constantFrom('rollback' as const, 'prepare' as const, 'kill' as const),
    ),
  }),
  { minLength: 15, maxLength: 30 },
);

/** Runs the transactions of one writer; resolves with the labels of the rows that it committed. */
export async function write(connection: ServerConnection, target: Target, name: string, script: readonly Work[]) {
  const committed: string[] = [];
  let client = await connect(connection);
  const { rows: settings } = await client.query<{ may: boolean }>(
    "select current_setting('max_prepared_transactions')::int > 0 as may",
  );
  const mayPrepare = settings[0]?.may ?? false;
  for (const [i, { kind, into, rows, waitMs, end: wanted }] of script.entries()) {
    const end = wanted === 'prepare' && !mayPrepare ? 'commit' : wanted;
    const labels = Array.from({ length: rows }, (_, n) => `${name}.${i}.${n}`);
    const late = labels.map((label) => `${label}.late`);
    const session = { ...target, client, into: target[into], waitMs };
    await client.query('begin');
    try {
      await ways[kind](session, labels);
    } catch (error) {
      if (!isMoved(error)) throw error;
      await client.query('rollback');
      continue;
    }
    await wait(waitMs);
    await insert(session, late);
    if (end === 'commit') await client.query('commit');
    if (end === 'rollback') await client.query('rollback');
    if (end === 'prepare') {
      await client.query(`prepare transaction '${connection.database}.${name}.${i}'`);
      await wait(waitMs);
      await client.query(`commit prepared '${connection.database}.${name}.${i}'`);
    }
    if (end === 'kill') {
      await client.query('select pg_terminate_backend(pg_backend_pid())').catch(() => {});
      client = await connect(connection);
    }
    if (end === 'commit' || end === 'prepare') committed.push(...labels, ...late);
  }
  await client.end();
  return committed;
}

/** Tells whether another writer has just moved a row to another partition (serialization_failure). */
const isMoved = (error: unknown) => error instanceof pg.DatabaseError && error.code === '40001';

async function connect(connection: ServerConnection): Promise<pg.Client> {
  const client = new pg.Client(connection);
  client.on('error', () => {}); // some end their own session
  await client.connect();
  return client;
}
