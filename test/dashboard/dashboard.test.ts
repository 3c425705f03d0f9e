import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createYoga } from 'graphql-yoga';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildDashboard } from '../../scripts/dashboard.ts';
import { readConfig } from '../../src/config/config.ts';
import { type Dashboard, readDashboard } from '../../src/dashboard/dashboard.ts';
import { useDashboard } from '../../src/dashboard/useDashboard.ts';
import { readStore } from '../../src/documents/store.ts';

let folder: string;
let dashboard: Dashboard;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'events-graphql-dashboard-'));
  const url = pathToFileURL(`${folder}/`);
  await buildDashboard(url);
  const read = await readDashboard(url);
  if (!read) throw new Error('The dashboard was not built');
  dashboard = read;
});

afterAll(() => rm(folder, { recursive: true }));

const get = (path: string, init: RequestInit = {}) =>
  createYoga({ plugins: [useDashboard(dashboard)], logging: false }).fetch(`http://localhost${path}`, init);

describe('the page', () => {
  test('the page names only its own files, which all exist', async () => {
    const response = await get('/dashboard?site=S01');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    const html = await response.text();
    expect(html).not.toMatch(/<style|<script>|style=| on\w+=|https?:/);
    const addresses = [...html.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, address = '']) => address);
    expect(addresses.length).toBe(2);
    for (const address of addresses) {
      const file = await get(`/${address}`);
      expect(file.status).toBe(200);
      expect(file.headers.get('content-type')).toMatch(/^text\/(css|javascript); charset=utf-8$/);
      expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(gunzipSync(await file.bytes()).length).toBeGreaterThan(1000);
      const again = await get(`/${address}`, { headers: { 'if-none-match': file.headers.get('etag') ?? '' } });
      expect(again.status).toBe(304);
    }
  });

  test('the page may run and load nothing from elsewhere, and nothing inline', async () => {
    const policy = (await get('/dashboard')).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).not.toMatch(/https?:|\*|unsafe/);
  });

  test('the page is less than 64 kB, compressed, with all its files', () => {
    const sizes = [...dashboard.files.values()].map(({ gzipped }) => gzipped.length);
    const all = sizes.reduce((sum, size) => sum + size, gzipSync(dashboard.html).length);
    expect(all).toBeLessThan(64_000);
    expect(all).toBeGreaterThan(30_000);
  });

  test('an address that ends in a slash redirects to the page, and keeps its parameters', async () => {
    const response = await get('/dashboard/?site=S01');
    expect(response.status).toBe(308);
    expect(new URL(response.headers.get('location') ?? '', 'http://localhost/dashboard/').href).toBe(
      'http://localhost/dashboard?site=S01',
    );
  });

  test.each([
    '/dashboard/nothing',
    '/dashboard/assets/nothing.js',
    '/dashboard/assets/',
    '/dashboard/persisted-documents.json',
    '/dashboard/assets/..%2f..%2f..%2fpackage.json',
    '/dashboard/assets/%2e%2e/%2e%2e/package.json',
  ])('the page has no %s', async (path) => {
    expect((await get(path)).status).toBe(404);
  });
});

test('the manifest of the page has the documents that the page requests by id', async () => {
  const { store, problems } = await readStore([dashboard.manifest]);
  expect(problems).toEqual([]);
  const script = [...dashboard.files].find(([name]) => name.endsWith('.js'))?.[1];
  const text = gunzipSync(script?.gzipped ?? '').toString();
  expect(store.all.length).toBeGreaterThan(5);
  for (const { ids } of store.all) expect(text).toContain(ids[0]);
  // The page contains no document that it could send.
  expect(text).not.toMatch(/eventsGroupedAggregate|updateIncident\(/);
});

test.each([
  [{}, true],
  [{ DASHBOARD: 'off' }, false],
  [{ PGHOST: 'localhost', PGUSER: 'me', PGPASSWORD: 'x' }, false],
  [{ PGHOST: 'localhost', PGUSER: 'me', PGPASSWORD: 'x', DASHBOARD: 'on' }, true],
])('with %j the dashboard is served: %j', (environment, isServed) => {
  expect(readConfig(environment).dashboard).toBe(isServed);
});

test.each([
  [{}, false],
  [{ DASHBOARD: 'on' }, true],
])('in production, with %j, the dashboard is served: %j', (environment, isServed) => {
  const production = { NODE_ENV: 'production', PG_AUTH: 'password', PGPASSWORD: 'x', AUTH: 'none' };
  const database = { PGHOST: 'db.example', PGDATABASE: 'events', PGUSER: 'app' };
  expect(readConfig({ ...production, ...database, ...environment }).dashboard).toBe(isServed);
});
