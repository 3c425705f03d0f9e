import { expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';

const scope = 'https://ossrdbms-aad.database.windows.net/.default';
const server = { PGHOST: 'db.example', PGUSER: 'app', PGDATABASE: 'events' };
const platform = { IDENTITY_ENDPOINT: 'http://localhost:42356/msi/token', IDENTITY_HEADER: 'secret' };

const passwordOf = (environment: Record<string, string>) =>
  readConfig({ ...server, ...environment }).database?.password;

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig({ ...server, ...environment });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

test('a password that is set is the login outside production', () => {
  expect(passwordOf({ PGPASSWORD: 'secret' })).toBe('secret');
});

test("without a password it is the developer's own login outside production", () => {
  expect(passwordOf({})).toEqual({ kind: 'default-credential', scope });
});

test('production assumes no login', () => {
  expect(problemsOf({ NODE_ENV: 'production', PGPASSWORD: 'secret' })).toEqual([
    expect.stringMatching(/^PG_AUTH: required in production/),
  ]);
});

test('the identity that is assigned to the app is named by its client id', () => {
  const environment = { PG_AUTH: 'user-identity', AZURE_CLIENT_ID: 'id', NODE_ENV: 'production', ...platform };
  expect(passwordOf(environment)).toEqual({ kind: 'user-identity', clientId: 'id', scope });
});

test('a user-assigned identity without its client id, and outside the platform, is refused at the start', () => {
  expect(problemsOf({ PG_AUTH: 'user-identity' })).toEqual([
    expect.stringMatching(/^IDENTITY_ENDPOINT: .*no identity endpoint/),
    expect.stringMatching(/^AZURE_CLIENT_ID: required/),
  ]);
});

test("the app's own identity needs no client id, but the platform", () => {
  expect(passwordOf({ PG_AUTH: 'system-identity', ...platform })).toEqual({ kind: 'system-identity', scope });
  expect(problemsOf({ PG_AUTH: 'system-identity', IDENTITY_ENDPOINT: platform.IDENTITY_ENDPOINT })).toEqual([
    expect.stringMatching(/^IDENTITY_HEADER:/),
  ]);
});

test('a password beside an identity is an error', () => {
  expect(problemsOf({ PG_AUTH: 'system-identity', PGPASSWORD: 'secret', ...platform })).toEqual([
    expect.stringMatching(/^PGPASSWORD: not used/),
  ]);
});

test('other clouds have other scopes, and a scope without /.default is none', () => {
  const PG_TOKEN_SCOPE = 'https://ossrdbms-aad.database.chinacloudapi.cn/.default';
  expect(passwordOf({ PG_TOKEN_SCOPE })).toEqual({ kind: 'default-credential', scope: PG_TOKEN_SCOPE });
  expect(problemsOf({ PG_TOKEN_SCOPE: 'https://ossrdbms-aad.database.windows.net' })).toEqual([
    expect.stringMatching(/^PG_TOKEN_SCOPE: /),
  ]);
});

test('the names of existing deployments work', () => {
  const { database } = readConfig({ PG_HOST: 'db.example', PG_DB: 'events', PG_USER: 'app' });
  expect(database).toMatchObject({ host: 'db.example', database: 'events', user: 'app' });
});
