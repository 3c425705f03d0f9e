import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { appConfig } from '../support/config.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { isOwn } from '../support/ownedNotes.ts';
import { patience, runs } from '../support/property.ts';
import { setUp, setUpIssuer, setUpServer } from '../support/setUp.ts';

const issuer = await setUpIssuer();
const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: `
    create schema events;
    create type events.state as enum ('new');
    create table events.part (part_id int primary key, name text not null);
    insert into events.part select n, 'part ' || n from generate_series(1, 200) n;
    create table events.job (
      job_id bigint generated always as identity primary key, owner text not null, state events.state not null,
      past events.state[] not null, body text not null, ratio float8 not null, part_id int not null references events.part);
    create policy own on events.job using (${isOwn})`,
  ...{ heartbeatMs: 50, apartMs: 100 },
  config: {
    auth: issuer.config,
    schemaPollMs: 200,
    requestLimits: { ...appConfig.requestLimits, bytes: 20_000 },
  },
});
const server = await setUpServer(api);
const anna = { authorization: `Bearer ${await issuer.sign({ oid: 'anna', roles: ['Events.Read'] })}` };

const document = (selection: string) => `subscription ($after: String) {
  added: jobsAdded(after: $after) { cursor end edges { node { jobId ${selection} } } }
}`;

/** Selections of the clients; longer ones can fail in more ways. */
const selections = [
  'state past',
  'body b: body c: body',
  'ratio part { name }',
  'owner state body ratio part { name }',
];
const least = document('');

/** Changes that are made while clients read. */
const changes = {
  rows: 'insert into events.job (owner, state, past, body, ratio, part_id) select case n % 3 when 0 then $$ben$$ else $$anna$$ end, v, array[v], repeat($$x$$, (random() * 60)::int), n, n from generate_series(1, 20) n, (select max(v) as v from unnest(enum_range(null::events.state)) v) v',
  largeRow:
    "insert into events.job (owner, state, past, body, ratio, part_id) values ('anna', 'new', '{}', repeat('x', 8000), 1, 1)",
  tooLargeRow:
    "insert into events.job (owner, state, past, body, ratio, part_id) values ('anna', 'new', '{}', repeat('x', 30000), 1, 1)",
  noNumber:
    "insert into events.job (owner, state, past, body, ratio, part_id) values ('anna', 'new', '{}', '', 'NaN', 1)",
  newLabel: () => `alter type events.state add value 'l${++labels}'`,
  newColumn: () => `alter table events.job add c${++columns} int`,
  policiesOn: 'alter table events.job enable row level security',
  policiesOff: 'alter table events.job disable row level security',
  policyForAll: 'alter policy own on events.job using (true)',
  policyForOwn: `alter policy own on events.job using (${isOwn})`,
  // An anonymous caller then sees Ben's rows, but not Anna's between them.
  policyForSome: `alter policy own on events.job using (owner = 'ben' or ${isOwn}); alter table events.job enable row level security`,
  revoke: () => `revoke select on events.job from ${database.connection.user}`,
  grant: () => `grant select on events.job to ${database.connection.user}`,
  end: () => `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${database.connection.user}'`,
} satisfies Record<string, string | (() => string)>;

/** Changes with which every run begins. */
const usual = (['rows', 'newLabel', 'rows', 'policyForSome', 'rows', 'tooLargeRow', 'rows'] as const).map((name) => ({
  name,
  waitMs: 50,
}));

let labels = 0;
let columns = 0;

async function change(name: keyof typeof changes): Promise<void> {
  const statement = changes[name];
  await database.admin(typeof statement === 'string' ? statement : statement());
  // No error tells the server that a table can be read again.
  if (name === 'grant') await api.served.check();
}

/** Codes that clients got; after each they resumed at their last cursor. */
const toldCodes = new Set<unknown>();

/** Reads all rows up to the last one, like a client that resumes at its last cursor after any error. */
async function follow(selection: string, start: string, last: Promise<string>): Promise<readonly string[]> {
  const told: string[] = [];
  const isDone = async () => told.at(-1) === (await Promise.race([last, null]));
  let after = start;
  let query = document(selection);
  while (!(await isDone())) {
    const stream = server.subscribe<{ jobId: string }>(query, { after }, anna);
    query = document(selection);
    let message = await stream.message();
    for (; message?.added && !(await isDone()); message = await stream.message()) {
      for (const code of message.codes) toldCodes.add(code);
      told.push(...message.added.edges.map(({ node }) => node.jobId));
      after = message.added.cursor;
    }
    if (message && !message.added) {
      for (const code of message.codes) toldCodes.add(code);
      if (message.codes.includes('RESPONSE_TOO_LARGE')) query = least;
      else await wait(20);
      expect(await stream.message()).toBeNull(); // the last one
    }
    await stream.stop();
  }
  return told;
}

beforeEach(() => toldCodes.clear());

test(
  'whatever goes wrong in a message, no cursor skips an undelivered row',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            name: fc.oneof(
              fc.constant('rows' as const),
              fc.constantFrom(...(Object.keys(changes) as (keyof typeof changes)[])),
            ),
            waitMs: fc.integer({ min: 0, max: 100 }),
          }),
          { minLength: 15, maxLength: 25 },
        ),
        async (script) => {
          for (const name of ['grant', 'policiesOff'] as const) await change(name);
          await api.served.check();
          const first = server.subscribe(document(''), {}, anna);
          const { cursor } = await first.next();
          await first.stop();
          const last = Promise.withResolvers<string>();
          const clients = selections.map((selection) => follow(selection, cursor, last.promise));
          for (const { name, waitMs } of [...usual, ...script]) {
            await change(name);
            await wait(waitMs);
          }
          for (const name of ['grant', 'noNumber'] as const) await change(name);
          const { rows } = await database.admin<{ id: string; owner: string }>(
            'select job_id::text as id, owner from events.job order by job_id',
          );
          last.resolve(rows.at(-1)?.id ?? '');
          const hers = rows.filter(({ owner }) => owner === 'anna').map(({ id }) => id);
          const others = new Set(rows.filter(({ owner }) => owner !== 'anna').map(({ id }) => id));
          for (const told of await Promise.all(clients)) {
            expect(told.filter((id) => !others.has(id))).toEqual(hers);
            expect(new Set(told).size).toBe(told.length);
          }
          await database.admin('delete from events.job');
        },
      ),
      { ...runs(3), endOnFailure: true },
    );
    expect([...toldCodes]).not.toContain('INTERNAL_SERVER_ERROR');
  },
  patience,
);
