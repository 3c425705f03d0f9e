import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Platform, startPlatform } from '../platform/platform.ts';
import { startProgram } from '../support/program.ts';
import { metricsOf, startCollector } from './collector.ts';

const lifeSeconds = 3;
let platform: Platform;
let folder: string;

beforeAll(async () => {
  platform = await startPlatform(lifeSeconds);
  folder = await mkdtemp(join(tmpdir(), 'events-graphql-'));
  await writeFile(join(folder, 'ca.pem'), platform.postgres.ca);
});

afterAll(async () => {
  await platform.end();
  await rm(folder, { recursive: true });
});

test('the metrics tell how old the token is, when it ends, and that it and its connections are replaced', async () => {
  const clientId = await platform.createIdentity();
  await platform.postgres.admin('create schema events');
  await platform.postgres.admin('create table events.thing (id int primary key)');
  await platform.postgres.admin(`grant usage on schema events to "${clientId}"`);
  await platform.postgres.admin(`grant select on events.thing to "${clientId}"`);
  const collector = await startCollector();
  const program = startProgram([], {
    NODE_ENV: 'production',
    PGHOST: platform.postgres.host,
    PGPORT: String(platform.postgres.port),
    PGDATABASE: 'postgres',
    PGUSER: clientId,
    PGSSLMODE: 'verify-full',
    PGSSLROOTCERT: join(folder, 'ca.pem'),
    PG_AUTH: 'user-identity',
    AZURE_CLIENT_ID: clientId,
    AUTH: 'none',
    DOCUMENTS: 'any',
    IDENTITY_ENDPOINT: platform.identity.url,
    IDENTITY_HEADER: platform.identity.header,
    HOST: '127.0.0.1',
    PORT: '0',
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${collector.url}/v1/metrics`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_METRIC_EXPORT_INTERVAL: '200',
  });
  const last = (name: string) => metricsOf(collector).get(name);
  const ofSuccess = (name: string) => last(name)?.find(({ attributes }) => !('error.type' in attributes))?.value;
  await expect.poll(() => ofSuccess('events_graphql.connection.rotations'), { timeout: 20_000 }).toBeGreaterThan(0);
  expect(ofSuccess('events_graphql.token.refreshes')).toBeGreaterThan(1);
  const [age, toExpiry] = ['age', 'time_to_expiry'].map((name) => last(`events_graphql.token.${name}`)?.[0]?.value);
  expect(age).toBeGreaterThanOrEqual(0);
  expect(age).toBeLessThanOrEqual(lifeSeconds);
  expect(toExpiry).toBeLessThanOrEqual(lifeSeconds);
  platform.identity.fault = { kind: 'status', status: 500 };
  await expect
    .poll(() => last('events_graphql.token.refreshes')?.find(({ attributes }) => 'error.type' in attributes)?.value, {
      timeout: 20_000,
    })
    .toBeGreaterThan(0);
  program.process.kill('SIGTERM');
  expect(await program.ended).toBe(0);
  await collector.close();
});
