import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { ConfigError } from '../../src/config/variables.ts';

const production = {
  ...{ NODE_ENV: 'production', PGHOST: 'db.example', PGUSER: 'app', PGDATABASE: 'events' },
  ...{ PG_AUTH: 'password', PGPASSWORD: 'secret', AUTH: 'none' },
};

test('anyone may send documents of their own outside production, and nobody in production', () => {
  expect(readConfig({}).documents).toEqual({ paths: [], persistedOnly: false, strict: false });
  expect(readConfig(production).documents).toEqual({ paths: [], persistedOnly: true, strict: false });
});

test('both can be configured, with several manifests', () => {
  const chosen = { PERSISTED_DOCUMENTS: 'a.json, b/', DOCUMENTS: 'any', STRICT_DOCUMENTS: 'true' };
  expect(readConfig({ ...production, ...chosen }).documents).toEqual({
    paths: ['a.json', 'b/'],
    persistedOnly: false,
    strict: true,
  });
  expect(readConfig({ DOCUMENTS: 'persisted-only' }).documents.persistedOnly).toBe(true);
});

test.each(['max-age=10', 'public, max-age=10,stale-while-revalidate=60', 'no-cache', 'private="set-cookie"'])(
  'Cache-Control may be %s',
  (CACHE_CONTROL) => {
    expect(readConfig({ CACHE_CONTROL }).cacheControl).toBe(CACHE_CONTROL);
  },
);

test.each([
  ['DOCUMENTS', 'none', 'must be one of any, persisted-only'],
  ['STRICT_DOCUMENTS', 'on', 'must be one of true, false'],
  ['CACHE_CONTROL', 'max-age = 10', 'must be directives such as max-age=10, separated by commas'],
  ['CACHE_CONTROL', 'no-cache\r\nset-cookie: a=b', 'must be directives such as max-age=10, separated by commas'],
])('%s=%j is a problem', (name, value, problem) => {
  expect(() => readConfig({ [name]: value })).toThrow(new ConfigError([`${name}: ${problem}`]));
});
