import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { migrate } from '../../src/commands/migrate/command.ts';
import { UsageError } from '../../src/commands/usageError.ts';
import { type AdministeredServer, job, person, startAdministeredServer } from '../support/administrators.ts';

let server: AdministeredServer;
let folder: string;

beforeAll(async () => {
  server = await startAdministeredServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  await server.createDatabase();
  // A name with characters that mean something in a glob pattern.
  folder = await mkdtemp(join(tmpdir(), 'migrate-[{a,b}]!(c)-'));
  await write({ '1.do.schema.sql': 'CREATE SCHEMA events; CREATE TABLE events.site (id int PRIMARY KEY)' });
  return () => rm(folder, { recursive: true });
});

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

async function run(user = job, ...args: readonly string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const print = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
  const code = await migrate(server.variablesOf(user), args.length > 0 ? args : [folder], print);
  return { code, out: out.join(''), err: err.join('') };
}

const tables = async () =>
  (
    await server.as(
      job,
      `SELECT relname, relowner::regrole::text AS owner FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace('events') ORDER BY 1`,
    )
  ).map(({ relname, owner }) => `${relname} of ${owner}`);

test('each file runs once, in the order of the numbers, whichever administrator runs them', async () => {
  await write({
    '10.do.tenth.sql': 'CREATE TABLE events.tenth (site int REFERENCES events.second)',
    '2.do.second.sql': 'CREATE TABLE events.second (id int PRIMARY KEY REFERENCES events.site)',
  });
  expect(await run()).toEqual({
    code: 0,
    out: 'ran         1.do.schema.sql\nran         2.do.second.sql\nran         10.do.tenth.sql\n\nObjects that these files create belong to "azure_pg_admin".\n',
    err: '',
  });
  await write({ '11.do.more.sql': 'ALTER TABLE events.tenth ADD COLUMN more text' });
  const { out } = await run(person);
  expect(out.match(/^ran before/gm)).toHaveLength(3);
  expect(out).toContain('ran         11.do.more.sql');
  expect(await tables()).toEqual(['second', 'site', 'tenth'].map((name) => `${name} of azure_pg_admin`));
});

test('two runs at once do not run a file twice', async () => {
  await write({ '2.do.slow.sql': 'SELECT pg_sleep(0.3); CREATE TABLE events.slow ()' });
  const runs = await Promise.all([run(job), run(person), run(job)]);
  expect(runs.map(({ code, err }) => [code, err])).toEqual(runs.map(() => [0, '']));
  expect(runs.filter(({ out }) => out.includes('ran         2.do.slow.sql'))).toHaveLength(1);
});

test('a file that waits too long for a lock fails, so that nobody waits behind it', async () => {
  await run();
  const other = new pg.Client({ ...server.connection, database: 'telemetry', user: job, password: 'secret' });
  await other.connect();
  await other.query('BEGIN; SELECT FROM events.site');
  await write({ '2.do.more.sql': `SET LOCAL lock_timeout = '50ms'; ALTER TABLE events.site ADD COLUMN more text` });
  const { code, err } = await run(person);
  expect(code).toBe(1);
  expect(err).toMatch(/^2\.do\.more\.sql: canceling .* lock timeout: another transaction .* run the command again/);
  await other.query('ROLLBACK');
  await other.end();
  await write({
    '2.do.more.sql': `CREATE TABLE events.waits AS SELECT current_setting('lock_timeout') AS lock_timeout`,
  });
  expect((await run()).err).toBe('');
  expect(await server.as(job, 'SELECT lock_timeout FROM events.waits')).toEqual([{ lock_timeout: '30s' }]);
});

test('settings of one file do not affect the next', async () => {
  await write({
    '2.do.dump.sql': `SELECT pg_catalog.set_config('search_path', '', false); RESET ROLE; SET search_path = events; CREATE TABLE mine ()`,
    '3.do.next.sql': 'CREATE TABLE events.next (); CREATE TABLE elsewhere ()',
  });
  expect((await run()).err).toBe('');
  const [elsewhere] = await server.as(
    job,
    `SELECT relowner::regrole::text AS owner FROM pg_class WHERE oid = 'public.elsewhere'::regclass`,
  );
  expect(elsewhere).toEqual({ owner: 'azure_pg_admin' });
});

test.each<[string, Readonly<Record<string, string>>, RegExp]>([
  [
    'an error',
    { '2.do.wrong.sql': 'CREATE TABLE events.a ();\nCREATE TABLE nowhere.b ();' },
    /^2\.do\.wrong\.sql, line 2: schema "nowhere" does not exist\n\nNothing was changed\.$/m,
  ],
  [
    'a file that ends the transaction',
    { '2.do.commit.sql': 'ROLLBACK; BEGIN' },
    /^2\.do\.commit\.sql ends the transaction/,
  ],
  [
    'a lost connection',
    { '2.do.lost.sql': 'RESET ROLE; SELECT pg_terminate_backend(pg_backend_pid())' },
    /^2\.do\.lost\.sql: terminating connection due to administrator command$/m,
  ],
])('%s keeps all files from running', async (_what, files, message) => {
  await write(files);
  const { code, err, out } = await run();
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(message);
  expect(await tables()).toEqual([]);
});

test('a file that has run may not change, except its line ends, and no file may be added before it', async () => {
  await write({ '3.do.third.sql': 'CREATE TABLE events.third (\n)' });
  expect((await run()).code).toBe(0);
  await write({ '3.do.third.sql': 'CREATE TABLE events.third (\r\n)' });
  expect((await run()).code).toBe(0);
  await write({ '2.do.late.sql': 'CREATE TABLE events.late ()' });
  expect((await run()).err).toMatch(
    /^2\.do\.late\.sql: files with higher numbers have already run: use a number above 3$/m,
  );
  await rm(join(folder, '2.do.late.sql'));
  await write({ '3.do.third.sql': 'CREATE TABLE events.other ()' });
  expect((await run()).err).toMatch(/^3\.do\.third\.sql was changed after it ran/);
  expect(await tables()).toEqual(['site of azure_pg_admin', 'third of azure_pg_admin']);
});

test('a schema with a personal owner must first be handed over', async () => {
  await server.as(person, 'CREATE SCHEMA events');
  await write({ '1.do.schema.sql': 'CREATE TABLE events.site ()' });
  const { code, err } = await run();
  expect(code).toBe(1);
  const [, statement = ''] = /may not act\. .* can change that: (.*)$/m.exec(err) ?? [];
  await server.as(person, statement);
  expect((await run()).code).toBe(0);
  expect(await tables()).toEqual(['site of azure_pg_admin']);
});

test('the first file of your own may drop the sample', async () => {
  expect((await run(job, 'sample/migrations')).code).toBe(0);
  await rm(join(folder, '1.do.schema.sql'));
  await write({
    '5.do.mine.sql': 'DROP SCHEMA IF EXISTS events CASCADE; CREATE SCHEMA events; CREATE TABLE events.mine ()',
  });
  expect((await run()).err).toBe('');
  await write({ '6.do.more.sql': 'CREATE TABLE events.more ()' });
  expect((await run(person)).out).toMatch(/^ran before {2}5\.do\.mine\.sql\nran {9}6\.do\.more\.sql\n/);
  expect(await tables()).toEqual(['mine of azure_pg_admin', 'more of azure_pg_admin']);
});

test('a folder without migrations is a clear error', async () => {
  await expect(run(job, join(folder, 'none'))).rejects.toThrow(/no such file or directory/);
  await expect(run(job, folder, folder)).rejects.toThrow(/takes one argument/);
  await write({ 'schema.sql': '', '2.undo.sql': '' });
  await expect(run()).rejects.toThrow('2.undo.sql, schema.sql: name migrations like 2.do.add-alarms.sql');
});

test('a number below 1 is a clear error, and zeros may lead a number', async () => {
  await write({ '0.do.zero.sql': '' });
  await expect(run()).rejects.toThrow('0.do.zero.sql: name migrations like 2.do.add-alarms.sql, with numbers from 1');
  await rm(join(folder, '0.do.zero.sql'));
  await write({ '002.do.second.sql': 'CREATE TABLE events.second ()' });
  expect((await run()).out).toContain('ran         002.do.second.sql');
});

test('two files with the same number are a clear error', async () => {
  await write({ '2.do.alarms.sql': '', '02.do.sites.sql': '' });
  const wrong = new UsageError('02.do.sites.sql, 2.do.alarms.sql: give each file a number of its own');
  await expect(run()).rejects.toThrow(wrong);
});
