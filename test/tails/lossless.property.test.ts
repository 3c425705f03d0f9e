import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pageLimitsOf } from '../../src/config/limits.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { patience, runs } from '../support/property.ts';
import { setUp, setUpServer } from '../support/setUp.ts';
import type { Stream } from '../support/streams.ts';
import { anyScript, type Target, write } from '../support/writers.ts';

/** Tables whose order of arrival is known in different ways. */
const tables: readonly (Target & { readonly list: string; readonly sql: string })[] = [
  {
    list: 'numbereds',
    table: 'events.numbered',
    leaf: 'events.numbered',
    change: 'at = now()',
    sql: `create table events.numbered (
      id bigint generated always as identity primary key, label text not null, at timestamptz not null default now())`,
  },
  {
    list: 'parteds',
    table: 'events.parted',
    leaf: 'events.parted_1',
    change: 'at = now(), area = (area + 1) % 4', // to another partition
    sql: `create sequence events.parted_id_seq;
    create table events.parted (
      id bigint not null default nextval('events.parted_id_seq'), label text not null, at timestamptz not null default now(),
      area integer not null default random() * 3, primary key (id, area)) partition by list (area);
    create table events.parted_1 partition of events.parted (area default 1) for values in (1);
    create table events.parted_2 partition of events.parted default;
    comment on table events.parted is '@arrival id'`,
  },
  {
    list: 'stampeds',
    table: 'events.stamped',
    leaf: 'events.stamped',
    change: 'at = now()',
    sql: `create table events.stamped (
      key uuid primary key default gen_random_uuid(), label text not null, at timestamptz not null default now(),
      tx xid8 not null default pg_current_xact_id());
    create index on events.stamped (tx, key);`,
  },
];

const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: `create schema events; ${tables.map(({ sql }) => sql).join(';')}`,
  config: { limits: pageLimitsOf(100_000) },
});
const server = await setUpServer(api);

/** Reads all rows up to the label `end`, and drops the connection after each of these numbers of rows. */
async function follow(list: string, start: string, drops: readonly number[]): Promise<readonly string[]> {
  const labels: string[] = [];
  const document = `subscription ($after: String) { added: ${list}Added(after: $after) { cursor end edges { cursor node { label } } } }`;
  let after: string | null = start;
  for (const drop of [...drops, Infinity]) {
    let stream: Stream<{ label: string }> = server.subscribe(document, { after });
    for (let left = drop; left > 0 && labels.at(-1) !== 'end'; ) {
      const message = await stream.next().catch(unlessAway);
      if (!message) {
        stream = server.subscribe(document, { after });
        continue;
      }
      const { edges, cursor } = message;
      // A connection may drop in the middle of a message, whose other rows then come again.
      const taken = edges.slice(0, left);
      labels.push(...taken.map(({ node }) => node.label));
      after = taken.length < edges.length ? (taken.at(-1)?.cursor ?? after) : cursor;
      left -= taken.length;
    }
    await stream.stop();
    if (labels.at(-1) === 'end') break;
  }
  return labels;
}

/**
 * Ignores DATABASE_UNAVAILABLE, after which a client comes again: a statement is not repeated after its third session
 * ended.
 */
function unlessAway(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'DATABASE_UNAVAILABLE') return null;
  throw error;
}

/** Ends the server's sessions after each of these delays. */
async function sabotage(delays: readonly number[]): Promise<void> {
  const end = `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${database.connection.user}' and application_name = 'events-graphql'`;
  await Promise.all(delays.map((delay) => wait(delay).then(() => database.admin(end))));
}

/** Lists the rows after a delay, and reads on from the list's cursor. */
async function listAndFollow(list: string, delay: number): Promise<readonly string[]> {
  await wait(delay);
  const document = `{ rows: ${list}(first: 100000, where: { not: { label: { startsWith: "old." } } }) { liveCursor nodes { label } } }`;
  let answer = await api.send(document);
  while (answer.errors?.[0]?.extensions?.['code'] === 'DATABASE_UNAVAILABLE') answer = await api.send(document);
  expect(answer.errors).toBeUndefined();
  const { rows } = answer.data as { rows: { liveCursor: string; nodes: { label: string }[] } };
  return [...rows.nodes.map(({ label }) => label), ...(await follow(list, rows.liveCursor, []))];
}

describe('every committed row comes exactly once to each client', () => {
  test.each(tables)(
    'every committed row comes exactly once to each client of $list',
    async ({ list, ...target }) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyScript, { minLength: 8, maxLength: 8 }),
          fc.array(fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 12 }), { minLength: 4, maxLength: 4 }),
          fc.array(fc.integer({ min: 0, max: 1500 }), { minLength: 4, maxLength: 4 }),
          async (scripts, clients, delays) => {
            await database.admin(
              `insert into ${target.table} (label) select 'old.' || n from generate_series(1, 200) n`,
            );
            const first = server.subscribe(`subscription { added: ${list}Added { cursor end edges { cursor } } }`);
            const { cursor } = await first.next();
            await first.stop();
            const followed = [
              ...clients.map((drops) => follow(list, cursor, drops)),
              ...delays.map((delay) => listAndFollow(list, delay)),
            ];
            const sabotaged = sabotage(delays);
            const written = await Promise.all(
              scripts.map((script, n) => write(database.connection, target, String(n), script)),
            );
            await database.admin(`insert into ${target.table} (label) values ('end')`);
            await sabotaged;
            const expected = [...written.flat(), 'end'].toSorted();
            for (const labels of await Promise.all(followed)) expect(labels.toSorted()).toEqual(expected);
            await database.admin(`truncate ${target.table}`);
          },
        ),
        { ...runs(1), endOnFailure: true },
      );
    },
    patience,
  );
});
