import { execFile } from 'node:child_process';
import { chmod, copyFile, cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { readImageSettings } from './support/image.ts';
import { get, type Place, portOf, post, startProgram, variablesFor } from './support/program.ts';
import { createRelay } from './support/relay.ts';
import { setUpDatabase } from './support/setUp.ts';

/** The image's user. Only root can switch to it; otherwise the tests run as the current user. */
const nobody = 65_532;

/** A folder with the image's files and Node.js, in which the image's user may not write. */
const folder = await mkdtemp(join(tmpdir(), 'events-graphql-image-'));
const script = new URL('../scripts/image.ts', import.meta.url).pathname;
await promisify(execFile)(process.execPath, [script, join(folder, 'app')]);
await cp(new URL('./documents/manifests', import.meta.url), join(folder, 'manifests'), { recursive: true });
const node = join(folder, 'node');
await copyFile(process.execPath, node);
await chmod(folder, 0o755);
const { args, environment } = await readImageSettings();
const image: Place = {
  command: [node, ...args],
  cwd: join(folder, 'app'),
  ...(process.getuid?.() === 0 && { uid: nobody }),
};
const database = await setUpDatabase();
const variables: Readonly<Record<string, string>> = {
  ...variablesFor(database.connection),
  HOST: '127.0.0.1',
  DOCUMENTS: 'any',
};

afterAll(() => rm(folder, { recursive: true }));

const start = (args: readonly string[], more: Readonly<Record<string, string>>) =>
  startProgram(args, { ...environment, ...more }, image);

test('the image serves everything from its own files, even GraphiQL', async () => {
  const program = start([], { ...variables, GRAPHIQL: 'on' });
  const port = await portOf(program);
  await program.printed(/Built the API from the catalog/);
  const { data } = await (await post(port, '{ devices(first: 1) { nodes { serial } } }')).json();
  expect(data.devices.nodes).toEqual([{ serial: expect.any(String) }]);
  const page = await (await get(port, '/graphql', { accept: 'text/html' })).text();
  for (const [, file] of page.matchAll(/(?:src|href)="(graphql\/[^"]+)"/g))
    expect((await get(port, `/${file}`)).status).toBe(200);
  program.process.kill('SIGTERM');
  expect(await program.ended).toBe(0);
});

test('the image contains the dashboard with its documents, and serves it with DASHBOARD=on', async () => {
  const program = start([], { ...variables, DASHBOARD: 'on', DOCUMENTS: '' });
  const port = await portOf(program);
  await program.printed(/"documents":[1-9]\d*,"invalidDocuments":0/);
  const page = await (await get(port, '/dashboard')).text();
  const files = [...page.matchAll(/(?:src|href)="(dashboard\/[^"]+)"/g)].map(([, file]) => file);
  expect(files).toHaveLength(2);
  for (const file of files) expect((await get(port, `/${file}`)).status).toBe(200);
  program.process.kill('SIGTERM');
  expect(await program.ended).toBe(0);
});

test('the image serves what a derived image adds: fields that need no packages, and documents', async () => {
  const app = join(folder, 'app');
  await cp(new URL('../src/dev/embedded/extensions/device.ts', import.meta.url), join(app, 'extensions/device.ts'));
  await cp(join(folder, 'manifests/client-preset.json'), join(app, 'documents/web.json'));
  const program = start([], variables);
  const port = await portOf(program);
  await program.printed(/Built the API from the catalog/);
  const { data } = await (await post(port, '{ devices(first: 1) { nodes { label openIncidentCount } } }')).json();
  expect(data.devices.nodes).toEqual([{ label: 'Gateway G3 SN-000013', openIncidentCount: expect.any(Number) }]);
  const [id] = Object.keys(JSON.parse(await readFile(join(app, 'documents/web.json'), 'utf8')));
  expect(await (await get(port, `/graphql/${id}`)).json()).toEqual({ data: expect.anything() });
  await rm(join(app, 'extensions/device.ts'));
  await rm(join(app, 'documents/web.json'));
  program.process.kill('SIGTERM');
  expect(await program.ended).toBe(0);
});

test('the image can run doctor', async () => {
  const program = start(['doctor'], variables);
  expect(await program.ended).toBe(0);
  expect(program.out()).toMatch(/^ok +schema/m);
});

test('the image uses no embedded database, and lists all missing variables together', async () => {
  const program = start([], {});
  expect(await program.ended).toBe(1);
  for (const name of ['PGHOST', 'PGDATABASE', 'PGUSER', 'PG_AUTH']) expect(program.err()).toContain(name);
});

test('without the database, the server is live, not ready and answers 503, and it recovers by itself', async () => {
  const relay = createRelay(Number(variables['PGPORT']));
  const PGPORT = String(await relay.reserve());
  const program = start([], { ...variables, HOST: '127.0.0.1', PGPORT });
  const port = await portOf(program);
  expect((await get(port, '/health/live')).status).toBe(200);
  expect((await get(port, '/health/ready')).status).toBe(503);
  const refused = await post(port, '{ __typename }');
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'DATABASE_UNAVAILABLE' } }] });
  await relay.open();
  await program.printed(/Built the API from the catalog/);
  expect((await get(port, '/health/ready')).status).toBe(200);
  expect((await post(port, '{ devices { totalCount } }')).status).toBe(200);
  program.process.kill('SIGTERM');
  expect(await program.ended).toBe(0);
  relay.close();
});

test('a request in progress at shutdown gets its answer', async () => {
  await database.admin('create view events.slow as select pg_sleep(1)::text as rest');
  await database.admin(`grant select on events.slow to ${database.connection.user}`);
  const program = start([], { ...variables, HOST: '127.0.0.1' });
  const port = await portOf(program);
  await program.printed(/Built the API from the catalog/);
  const running = post(port, '{ slows { nodes { rest } } }');
  await expect
    .poll(
      async () =>
        (
          await database.admin(
            "select from pg_stat_activity where query like '%pg_sleep%' or query like '%\"slow\"%' and state = 'active' and pid <> pg_backend_pid()",
          )
        ).rowCount,
    )
    .toBeGreaterThan(0);
  program.process.kill('SIGTERM');
  expect((await running).status).toBe(200);
  expect(await program.ended).toBe(0);
  await expect(get(port, '/health/live')).rejects.toThrow();
});

test('in the image, documents run by their ids only, unless configured otherwise', async () => {
  const PERSISTED_DOCUMENTS = ['folder', 'apollo.json'].map((name) => join(folder, 'manifests', name)).join(', ');
  const program = start([], { ...variables, DOCUMENTS: '', PERSISTED_DOCUMENTS });
  const port = await portOf(program);
  await program.printed(/"documents":4,"invalidDocuments":0/);
  expect(await (await post(port, '{ devices { totalCount } }')).json()).toMatchObject({
    errors: [{ extensions: { code: 'PERSISTED_DOCUMENT_REQUIRED' } }],
  });
  expect(await (await get(port, '/graphql/DeviceGrid')).json()).toMatchObject({
    data: { devices: { totalCount: 40 } },
  });
  program.process.kill('SIGTERM');
  expect(await program.ended).toBe(0);
});

test('the log says when nobody can run anything', async () => {
  const program = start([], { ...variables, DOCUMENTS: '' });
  await program.printed(/Listening/);
  expect(program.err()).toMatch(/PERSISTED_DOCUMENTS names no document/);
  program.process.kill('SIGTERM');
  expect(await program.ended).toBe(0);
});

test('at shutdown, no request on a persistent connection is lost', async () => {
  const program = start([], variables);
  const port = await portOf(program);
  await program.printed(/Built the API from the catalog/);
  const clients = Array.from({ length: 8 }, () => askUntilTold(port));
  await Promise.all(clients.map(({ first }) => first));
  program.process.kill('SIGTERM');
  await expect.poll(async () => (await get(port, '/health/ready')).status).toBe(503);
  for (const { statuses } of clients) expect(await statuses).toEqual([200]);
  expect(await program.ended).toBe(0);
});

/** Sends requests over one persistent connection until a response announces its end. */
function askUntilTold(port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const body = JSON.stringify({ query: '{ sites(first: 1) { nodes { name } } }' });
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  const ask = () =>
    new Promise<IncomingMessage>((resolve, reject) => {
      request({ agent, port, host: '127.0.0.1', path: '/graphql', method: 'POST', headers })
        .on('response', (response) => response.resume().on('end', () => resolve(response)))
        .on('error', reject)
        .end(body);
    });
  const first = ask();
  const statuses = (async () => {
    const seen = new Set<number | undefined>();
    for (let answer = await first; ; answer = await ask()) {
      seen.add(answer.statusCode);
      if (answer.headers.connection === 'close') return [...seen];
    }
  })();
  return { first, statuses };
}
