import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { ConfigError } from '../../src/config/variables.ts';

const databaseOf = (DATABASE_URL: string, more = {}) => readConfig({ DATABASE_URL, ...more }).database;

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

test('DATABASE_URL stands for seven libpq variables', () => {
  expect(databaseOf('postgres://app:secret@db.example:6432/telemetry?sslmode=disable')).toEqual({
    host: 'db.example',
    port: 6432,
    user: 'app',
    password: 'secret',
    database: 'telemetry',
    ssl: false,
  });
  expect(databaseOf('postgresql://app:secret@db.example/telemetry')).toMatchObject({ port: 5432 });
  expect(databaseOf('postgres://app:secret@[::1]/telemetry')).toMatchObject({ host: '::1', ssl: false });
});

test.each(['db.example', 'localhost.example', '127.0.0.1.example'])('connections to %s use TLS', (host) => {
  expect(databaseOf(`postgres://app:secret@${host}/telemetry`)?.ssl).toEqual({});
});

test('the host can be a folder with a socket, encoded or as a parameter', () => {
  const folder = { host: '/run/postgresql', database: 'telemetry', ssl: false };
  expect(databaseOf('postgres://app:x@%2Frun%2Fpostgresql/telemetry')).toMatchObject(folder);
  expect(databaseOf('postgres:///telemetry?host=/run/postgresql&user=app&password=x')).toMatchObject(folder);
});

test('any user, password and database is read correctly', () => {
  const text = fc.string({ minLength: 1, unit: 'binary' }).filter((value) => value.isWellFormed());
  fc.assert(
    fc.property(text, text, text, (user, password, database) => {
      const [u, p, d] = [user, password, database].map(encodeURIComponent);
      expect(databaseOf(`postgres://${u}:${p}@db.example/${d}`)).toMatchObject({ user, password, database });
    }),
  );
});

test('parts that the URL omits come from the variables', () => {
  expect(
    databaseOf('postgres://db.example/telemetry', { PGUSER: 'app', PGPASSWORD: 'x', PGPORT: '6432' }),
  ).toMatchObject({ host: 'db.example', port: 6432, user: 'app', password: 'x', database: 'telemetry' });
});

test.each([
  ['PGHOST', 'other', 'db.example'],
  ['PG_HOST', 'other', 'db.example'],
  ['PGPORT', '5433', '5432'],
  ['PGUSER', 'other', 'app'],
  ['PG_USER', 'other', 'app'],
  ['PGPASSWORD', 'other', 'secret'],
  ['PGDATABASE', 'other', 'telemetry'],
  ['PG_DB', 'other', 'telemetry'],
  ['PGSSLMODE', 'disable', 'require'],
])('%s that differs from the URL is an error that names both, and one that agrees is none', (name, differs, same) => {
  const DATABASE_URL = 'postgres://app:secret@db.example:5432/telemetry?sslmode=require';
  expect(problemsOf({ DATABASE_URL, [name]: differs })).toEqual([
    `DATABASE_URL: differs from ${name}: set only one of the two`,
  ]);
  expect(problemsOf({ DATABASE_URL, [name]: same })).toEqual([]);
});

test('a plus in a parameter is a plus, as in libpq', () => {
  const url = 'postgres://app@db.example/telemetry?password=a+b%26&sslmode=disable';
  expect(databaseOf(url)).toMatchObject({ password: 'a+b&', ssl: false });
});

test.each([
  ['mysql://app:secret@db.example/telemetry', /must be an address such as postgres:/],
  ['db.example', /must be an address/],
  ['postgres://app:se#cret@db.example/telemetry', /must be an address.*%40/],
  ['postgres://app:se/cret@db.example/telemetry', /must be an address.*%40/],
  ['postgres://app:100%secret@db.example/telemetry', /must be an address.*%40/],
  ['postgres://app:12?cret@db.example/telemetry', /must be an address.*%40/],
  ['postgres://app:12/cret@db.example/telemetry', /must be an address.*%40/],
  ['postgres://app@db.example/telemetry?password=100%secret', /must be an address.*%40/],
  ['postgres://app:secret@one,two:5432,three:5432/telemetry', /must be an address/],
  ['postgres://', /has no host/],
  ['postgres:///telemetry', /has no host/],
  [
    'postgres://app:secret@db.example/telemetry?pgbouncer=true',
    /the parameter pgbouncer is not supported: leave it out/,
  ],
  ['postgres://app:secret@db.example/telemetry?sslmode=prefer', /^PGSSLMODE: must be one of/],
])('%s is rejected with the reason, and without the password', (DATABASE_URL, reason) => {
  const problems = problemsOf({ DATABASE_URL });
  expect(problems).toContainEqual(expect.stringMatching(reason));
  expect(problems.join()).not.toMatch(/secret|cret@/);
});

test('a misspelt name is pointed out', () => {
  expect(problemsOf({ DATABASE_URI: 'postgres://x' })).toEqual(['DATABASE_URI: unknown; did you mean DATABASE_URL?']);
});
