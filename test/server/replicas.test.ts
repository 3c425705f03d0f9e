import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';
import { startPlatform } from '../platform/platform.ts';
import { get, type Program, portOf, post, startProgram } from '../support/program.ts';
import { startProxy } from '../support/proxy.ts';
import { subscribeTo } from '../support/streams.ts';

const documents = {
  read: 'query read { readings(last: 3) { nodes { readingId body } } }',
  write: 'mutation write($body: String!) { createReading(input: { body: $body }) { reading { body } } }',
};
const later = { ...documents, units: 'query units { readings(first: 1) { nodes { unit } } }' };

const platform = await startPlatform(4);
const { admin } = platform.postgres;
const folder = await mkdtemp(join(tmpdir(), 'events-graphql-'));
await writeFile(join(folder, 'ca.pem'), platform.postgres.ca);
await writeFile(join(folder, 'one.json'), JSON.stringify(documents));
await writeFile(join(folder, 'two.json'), JSON.stringify(later));
await admin('create schema events');
await admin(
  'create table events.reading (reading_id bigint generated always as identity primary key, body text not null)',
);
// Replicas start at the same time, but PostgreSQL rejects concurrent grants on one table, so the grants belong to a
// shared role.
await admin('create role replica nologin');
await admin('grant usage on schema events to replica');
await admin('grant select, insert on events.reading to replica');

/** The proxy to which clients send everything. */
const ingress = await startProxy();
const programs: Program[] = [];

afterAll(async () => {
  for (const { process } of programs) process.kill('SIGKILL');
  await ingress.close();
  await platform.end();
  await rm(folder, { recursive: true });
});

/** Starts a replica with its own identity; resolves when it is ready. */
async function startReplica(manifest: string) {
  const role = await platform.createIdentity();
  await admin(`grant replica to "${role}"`);
  const program = startProgram([], {
    NODE_ENV: 'production',
    ...{ PGHOST: platform.postgres.host, PGPORT: String(platform.postgres.port), PGDATABASE: 'postgres', PGUSER: role },
    ...{ PGSSLMODE: 'verify-full', PGSSLROOTCERT: join(folder, 'ca.pem'), PG_POOL_SIZE: '3', SCHEMA_POLL_MS: '500' },
    ...{ PG_AUTH: 'user-identity', AZURE_CLIENT_ID: role, AUTH: 'none', HOST: '127.0.0.1', PORT: '0' },
    ...{ IDENTITY_ENDPOINT: platform.identity.url, IDENTITY_HEADER: platform.identity.header },
    ...{ DOCUMENTS: 'any', PERSISTED_DOCUMENTS: join(folder, manifest), STRICT_DOCUMENTS: 'true' },
  });
  programs.push(program);
  const port = await portOf(program);
  await expect.poll(async () => (await get(port, '/health/ready')).status, { timeout: 20_000 }).toBe(200);
  return { role, program, port };
}

/** Waits until the replicas offer a column. */
async function noticed(replicas: readonly { readonly port: number }[], column: string): Promise<void> {
  const ask = async (port: number) => (await post(port, `{ readings(first: 1) { nodes { ${column} } } }`)).json();
  for (const { port } of replicas) await expect.poll(() => ask(port), { timeout: 20_000 }).not.toHaveProperty('errors');
}

type Answer = Readonly<{ data?: Record<string, unknown> | null; errors?: readonly unknown[] }>;

/** Requests a persisted document over a new connection, for which the ingress chooses the replica. */
async function ask(documentId: string, variables: Record<string, unknown> = {}): Promise<Answer> {
  const sent = request(`http://127.0.0.1:${ingress.port}/graphql`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json' },
  });
  sent.end(JSON.stringify({ documentId, variables }));
  const [response] = await once(sent, 'response');
  return JSON.parse(await text(response)) as Answer;
}

/** Starts clients that read and write continuously; records what they wrote and what failed. */
function load() {
  const written: string[] = [];
  const failures: unknown[] = [];
  let answered = 0;
  let stopped = false;
  let wake = () => {};
  const client = async (name: number) => {
    for (let n = 0; !stopped; n++) {
      const body = `${name} ${n}`;
      const asked = name % 2 === 0 ? ask('read') : ask('write', { body });
      const { errors } = await asked.catch((error: unknown) => ({ errors: [String(error)] }));
      if (errors) failures.push(...errors);
      else if (name % 2 === 1) written.push(body);
      answered++;
      wake();
    }
  };
  const clients = Array.from({ length: 4 }, (_, name) => client(name));
  return {
    written,
    failures,
    async more(count: number) {
      const goal = answered + count;
      while (answered < goal)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    },
    async stop() {
      stopped = true;
      await Promise.all(clients);
    },
  };
}

const tail =
  'subscription ($after: String) { added: readingsAdded(after: $after) { cursor end edges { node { body } } } }';

/** Follows the table through the ingress, and resumes at its cursor whenever a stream ends. */
async function followReadings() {
  const seen: string[] = [];
  const ends: unknown[] = [];
  const subscribe = subscribeTo(`http://127.0.0.1:${ingress.port}/graphql`);
  let stream = subscribe<{ body: string }>(tail);
  let { cursor } = await stream.next();
  const until = async (isDone: () => boolean) => {
    while (!isDone()) {
      const message = await stream.message();
      if (message?.added) {
        cursor = message.added.cursor;
        seen.push(...message.added.edges.map(({ node }) => node.body));
        if (message.added.end !== null) ends.push(message.added.end);
      } else {
        if (message) ends.push(...message.codes);
        await stream.stop();
        stream = subscribe(tail, { after: cursor });
      }
    }
    await stream.stop();
  };
  return { seen, ends, until };
}

test('while tokens expire, migrations run and new replicas take over, nothing fails and no row is lost', async () => {
  const old = await Promise.all([startReplica('one.json'), startReplica('one.json')]);
  ingress.route(...old.map(({ port }) => port));
  const tails = await Promise.all([followReadings(), followReadings(), followReadings()]);
  const clients = load();
  const followed = tails.map(({ seen, until }) => until(() => seen.at(-1) === 'last'));

  await clients.more(20);
  for (const { role } of old) {
    const before = await platform.backends(role);
    await expect
      .poll(async () => (await platform.backends(role)).filter((pid) => before.includes(pid)), { timeout: 20_000 })
      .toEqual([]);
  }

  await admin("alter table events.reading add column unit text not null default 'C'");
  await noticed(old, 'unit');
  expect((await ask('units')).errors).toMatchObject([{ extensions: { code: 'PERSISTED_DOCUMENT_NOT_FOUND' } }]);
  const fresh = await Promise.all([startReplica('two.json'), startReplica('two.json')]);
  await admin('alter table events.reading add column note text, alter column unit type varchar(10)');
  await noticed(old, 'note');
  const late = await followReadings();
  followed.push(late.until(() => late.seen.at(-1) === 'last'));
  ingress.route(...[...old, ...fresh].map(({ port }) => port));
  await clients.more(20);
  ingress.route(...fresh.map(({ port }) => port));
  for (const { program } of old) program.process.kill('SIGTERM');
  for (const { program } of old) expect(await program.ended).toBe(0);
  for (const _ of fresh) expect((await ask('units')).data).toEqual({ readings: { nodes: [{ unit: 'C' }] } });
  await clients.more(20);

  await clients.stop();
  await ask('write', { body: 'last' });
  clients.written.push('last');
  await Promise.all(followed);

  expect(clients.failures).toEqual([]);
  const rows = await admin('select body from events.reading order by reading_id');
  const stored = rows.map(({ body }) => body);
  expect(stored.toSorted()).toEqual(clients.written.toSorted());
  for (const { seen, ends } of tails) {
    expect(seen).toEqual(stored);
    expect(ends.filter((end) => end !== 'SHUTDOWN' && end !== 'SCHEMA_CHANGED')).toEqual([]);
  }
  expect(late.seen).toEqual(stored.slice(-late.seen.length));
  expect(late.ends).toEqual(['SHUTDOWN']);
}, 120_000);
