import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { portOf, post, startProgram, variablesFor } from '../support/program.ts';
import { setUpDatabase } from '../support/setUp.ts';

const invalid = join(tmpdir(), `events-graphql-invalid-${process.pid}.graphql`);

await writeFile(invalid, '{ nothing }');
const { connection } = await setUpDatabase({
  prepare: async ({ admin, connection: { user } }) =>
    admin(`
      create schema closed; create schema empty; create schema other;
      create table other.reading (n int); create table empty.secret (n int); create table closed.open (n int);
      grant select on other.reading, closed.open to ${user}; grant usage on schema other, empty to ${user}`),
});
const variables = variablesFor(connection);

afterAll(() => rm(invalid));

test.each([
  ['a misspelt variable', { PGHSOT: 'x' }, /PGHSOT.*did you mean PGHOST/],
  ['a database that refuses connections', { PGPORT: '1' }, /127\.0\.0\.1:1.*(not answer|ECONNREFUSED)/],
  ['a server without TLS', { PGSSLMODE: 'verify-full' }, /127\.0\.0\.1:\d+ has no TLS: .*PGSSLMODE=disable/],
  ['a wrong password', { PGPASSWORD: 'wrong' }, /password/],
  ['a missing database', { PGDATABASE: 'nowhere' }, /"nowhere" does not exist/],
  [
    'a missing schema',
    { EVENTS_SCHEMA: 'nowhere' },
    /schema "nowhere": the database ".*" has no such schema\. EVENTS_SCHEMA can be one of events, other$/m,
  ],
  [
    'a schema without USAGE',
    { EVENTS_SCHEMA: 'closed' },
    /schema "closed": the role ".*" has no USAGE on it\. EVENTS_SCHEMA can/,
  ],
  [
    'a schema without SELECT',
    { EVENTS_SCHEMA: 'empty' },
    /schema "empty": it has none that ".*" may SELECT\. EVENTS_SCHEMA can be/,
  ],
  ['a list of schemas', { EVENTS_SCHEMA: 'other,events' }, /schema "other,events": .* can be one of events, other$/m],
  [
    'a catalog that takes too long to read',
    { PG_STATEMENT_TIMEOUT_MS: '3' },
    /catalog of the schema "events" takes too long .* after \d+ ms\. Raise PG_STATEMENT_TIMEOUT_MS$/m,
  ],
  ['a port that is not a number', { PORT: 'abc' }, /PORT: /],
  ['an invalid document', { STRICT_DOCUMENTS: 'true', PERSISTED_DOCUMENTS: invalid }, /1 of 1 persisted/],
  ['a missing manifest', { PERSISTED_DOCUMENTS: 'nowhere.json' }, /PERSISTED_DOCUMENTS: .*nowhere\.json/],
])('%s is one clear message, an exit code, and no stack trace', async (_, changed, message) => {
  const program = startProgram([], { ...variables, ...changed });
  expect(await program.ended).toBe(1);
  expect(program.err()).toMatch(message);
  expect(program.err()).not.toMatch(/^\s+at /m);
  expect(program.err().trim().split('\n').length).toBeLessThanOrEqual(3);
});

test('a port in use is reported as such', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const PORT = String((other.address() as AddressInfo).port);
  const program = startProgram([], { ...variables, HOST: '127.0.0.1', PORT });
  expect(await program.ended).toBe(1);
  expect(program.err()).toMatch(new RegExp(`Port ${PORT} is in use`));
  other.close();
});

test('the server prints where it listens and what it serves, and stops on Ctrl-C', async () => {
  const program = startProgram(['--no-feed'], { ...variables, HOST: '127.0.0.1' });
  const port = await portOf(program);
  await program.printed(/Serving \d+ tables of the schema "events"/);
  expect(await (await post(port, '{ __typename }')).json()).toEqual({ data: { __typename: 'Query' } });
  program.process.kill('SIGINT');
  expect(await program.ended).toBe(0);
});

test('the program ends quietly if its reader closes the pipe early', async () => {
  const piped = `"${process.execPath}" src/main.ts "$@" | head -n 1`;
  const program = startProgram(['schema'], variables, { command: ['sh', '-c', piped, 'sh'] });
  expect(await program.ended).toBe(0);
  expect([program.out(), program.err()]).toEqual([expect.stringMatching(/./), '']);
});

test('the schema can be printed', async () => {
  const program = startProgram(['schema'], variables);
  expect(await program.ended).toBe(0);
  expect(program.out()).toMatch(/^type Query \{/m);
});
