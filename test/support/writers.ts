import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import pg from 'pg';
import type { Connection } from '../../src/db/embedded/server.ts';

/** What one transaction does: what it writes, how long it waits in the middle, and how it ends. */
export interface Work {
  readonly kind: 'one' | 'many' | 'ties' | 'leaf' | 'update' | 'delete' | 'savepoint';
  readonly rows: number;
  readonly waitMs: number;
  readonly end: 'commit' | 'rollback' | 'prepare' | 'kill';
}

/** The transactions of one writer, one after the other. */
export const anyScript: fc.Arbitrary<readonly Work[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('one', 'many', 'ties', 'leaf', 'update', 'delete', 'savepoint'),
    rows: fc.integer({ min: 1, max: 12 }),
    waitMs: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: 30 }) }, fc.integer({ min: 100, max: 400 })),
    end: fc.oneof(
      { weight: 8, arbitrary: fc.constant('commit' as const) },
      fc.constantFrom('rollback' as const, 'prepare' as const, 'kill' as const),
    ),
  }),
  { minLength: 15, maxLength: 30 },
);

/** A table with a column `label`, and one that may be written to beside it: a partition of it. */
export interface Target {
  readonly table: string;
  readonly leaf: string;
}

/** Runs the transactions of one writer; resolves with the labels of the rows that it committed. */
export async function write(connection: Connection, { table, leaf }: Target, name: string, script: readonly Work[]) {
  const committed: string[] = [];
  let client = await connect(connection);
  const { rows: settings } = await client.query<{ may: boolean }>(
    "select current_setting('max_prepared_transactions')::int > 0 as may",
  );
  const mayPrepare = settings[0]?.may ?? false;
  for (const [i, { kind, rows, waitMs, end: wanted }] of script.entries()) {
    const end = wanted === 'prepare' && !mayPrepare ? 'commit' : wanted;
    const labels = Array.from({ length: rows }, (_, n) => `${name}.${i}.${n}`);
    const insert = (into: string, some: readonly string[]) =>
      client.query(`insert into ${into} (label) select unnest($1::text[])`, [some]);
    await client.query('begin');
    let written: readonly string[] = labels;
    if (kind === 'one') for (const label of labels) await insert(table, [label]);
    if (kind === 'many') await insert(table, labels);
    if (kind === 'ties')
      await client.query(`insert into ${table} (label, at) select unnest($1::text[]), 'epoch'`, [labels]);
    if (kind === 'leaf') await insert(leaf, labels);
    if (kind === 'update' || kind === 'delete') {
      const old = `(select ctid from ${table} where label like 'old.%' order by random() limit ${rows} for update skip locked)`;
      await client.query(
        kind === 'delete'
          ? `delete from ${table} where ctid in ${old} and label like 'old.%'`
          : `update ${table} set at = now() where ctid in ${old} and label like 'old.%'`,
      );
      await insert(table, labels);
    }
    if (kind === 'savepoint') {
      await client.query('savepoint s');
      await insert(
        table,
        labels.map((label) => `${label}.undone`),
      );
      await client.query('rollback to s');
      await insert(table, labels);
    }
    await wait(waitMs);
    const half = labels.map((label) => `${label}.late`);
    await insert(table, half);
    written = [...labels, ...half];
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
    if (end === 'commit' || end === 'prepare') committed.push(...written);
  }
  await client.end();
  return committed;
}

async function connect(connection: Connection): Promise<pg.Client> {
  const client = new pg.Client(connection);
  client.on('error', () => {}); // some end their own session
  await client.connect();
  return client;
}
