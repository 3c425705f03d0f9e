import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from './support/database.ts';
import { type Program, startProgram } from './support/program.ts';

const manifests = new URL('documents/manifests', import.meta.url).pathname;
const invalid = join(tmpdir(), `events-graphql-invalid-${process.pid}.graphql`);

let database: TestDatabase;
let variables: Record<string, string>;

beforeAll(async () => {
  await writeFile(invalid, '{ nothing }');
  database = await createDatabase();
  const { host, port, database: name, user, password } = database.connection;
  variables = {
    PGHOST: host,
    PGPORT: String(port),
    PGDATABASE: name,
    PGUSER: user,
    PGPASSWORD: password,
    PG_AUTH: 'password',
    PORT: '0',
    DOCUMENTS: 'any',
  };
});

afterAll(async () => {
  await database.drop();
  await rm(invalid);
});

const portOf = async (program: Program) =>
  Number((await program.printed(/"port":(\d+)|localhost:(\d+)/)).slice(1).find(Boolean));
const get = (port: number, path: string) => fetch(`http://127.0.0.1:${port}${path}`);
const post = (port: number, query: string) =>
  fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });

describe('outside production', () => {
  test.each([
    ['a misspelt variable', { PGHSOT: 'x' }, /PGHSOT.*did you mean PGHOST/],
    ['a database that refuses', { PGPORT: '1' }, /127\.0\.0\.1:1.*(not answer|ECONNREFUSED)/],
    ['a wrong password', { PGPASSWORD: 'wrong' }, /password/],
    ['a missing database', { PGDATABASE: 'nowhere' }, /"nowhere" does not exist/],
    ['a missing schema', { EVENTS_SCHEMA: 'nowhere' }, /no table to read in the schema "nowhere"/],
    ['a schema without a readable table', { EVENTS_SCHEMA: 'hidden' }, /no table to read in the schema "hidden"/],
    ['a port that is no number', { PORT: 'abc' }, /PORT: /],
    ['a document that does not fit', { STRICT_DOCUMENTS: 'true', PERSISTED_DOCUMENTS: invalid }, /1 of 1 persisted/],
    ['a manifest that is not there', { PERSISTED_DOCUMENTS: 'nowhere.json' }, /PERSISTED_DOCUMENTS: .*nowhere\.json/],
  ])('%s is one clear message, an exit code, and no stack trace', async (_, changed, message) => {
    const program = startProgram([], { ...variables, ...changed });
    expect(await program.ended).toBe(1);
    expect(program.err()).toMatch(message);
    expect(program.err()).not.toMatch(/^\s+at /m);
    expect(program.err().trim().split('\n').length).toBeLessThanOrEqual(3);
  });

  test('a busy port is said to be busy', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const PORT = String((other.address() as AddressInfo).port);
    const program = startProgram([], { ...variables, HOST: '127.0.0.1', PORT });
    expect(await program.ended).toBe(1);
    expect(program.err()).toMatch(new RegExp(`Port ${PORT} is in use`));
    other.close();
  });

  test('it says where it listens, what it serves, and stops on Ctrl-C', async () => {
    const program = startProgram([], { ...variables, HOST: '127.0.0.1' });
    const port = await portOf(program);
    await program.printed(/Serving \d+ tables of the schema "events"/);
    expect(await (await post(port, '{ __typename }')).json()).toEqual({ data: { __typename: 'Query' } });
    program.process.kill('SIGINT');
    expect(await program.ended).toBe(0);
  });

  test('the schema can be printed', async () => {
    const program = startProgram(['schema'], variables);
    expect(await program.ended).toBe(0);
    expect(program.out()).toMatch(/^type Query \{/m);
  });

  test('a command that there is not is answered with those that there are', async () => {
    const program = startProgram(['sreve'], variables);
    expect(await program.ended).toBe(2);
    expect(program.err()).toMatch(/Usage: events-graphql/);
  });
});

describe('in production', () => {
  test('nothing embedded is used, and all that is missing is listed at once', async () => {
    const program = startProgram([], { NODE_ENV: 'production' });
    expect(await program.ended).toBe(1);
    for (const name of ['PGHOST', 'PGDATABASE', 'PGUSER', 'PG_AUTH']) expect(program.err()).toContain(name);
  });

  test('it waits for the database: live, not ready, 503, and well again by itself', async () => {
    const relay = createRelay(Number(variables['PGPORT']));
    const PGPORT = String(await relay.reserve());
    const program = startProgram([], { ...variables, NODE_ENV: 'production', HOST: '127.0.0.1', PGPORT });
    const port = await portOf(program);
    expect((await get(port, '/health/live')).status).toBe(200);
    expect((await get(port, '/health/ready')).status).toBe(503);
    const refused = await post(port, '{ __typename }');
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'DATABASE_UNAVAILABLE' } }] });
    await relay.open();
    await program.printed(/API built from the catalog/);
    expect((await get(port, '/health/ready')).status).toBe(200);
    expect((await post(port, '{ devices { totalCount } }')).status).toBe(200);
    program.process.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    relay.close();
  });

  test('documents run by their ids only, unless told otherwise', async () => {
    const { DOCUMENTS: _, ...rest } = variables;
    const PERSISTED_DOCUMENTS = `${manifests}/folder, ${manifests}/apollo.json`;
    const program = startProgram([], { ...rest, NODE_ENV: 'production', HOST: '127.0.0.1', PERSISTED_DOCUMENTS });
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

  test('it says when nobody can run anything', async () => {
    const { DOCUMENTS: _, ...rest } = variables;
    const program = startProgram([], { ...rest, NODE_ENV: 'production', HOST: '127.0.0.1' });
    await program.printed(/Listening/);
    expect(program.err()).toMatch(/PERSISTED_DOCUMENTS names no document/);
    program.process.kill('SIGTERM');
    expect(await program.ended).toBe(0);
  });

  test('a request that runs when it is told to stop gets its answer', async () => {
    await database.admin('create view events.slow as select pg_sleep(1)::text as rest');
    await database.admin(`grant select on events.slow to ${database.connection.user}`);
    const program = startProgram([], { ...variables, NODE_ENV: 'production', HOST: '127.0.0.1' });
    const port = await portOf(program);
    await program.printed(/API built from the catalog/);
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
});

/** A way to a local port that can be opened when the test wants it. */
function createRelay(target: number) {
  const sockets = new Set<{ destroy(): void }>();
  const server: Server = createServer((socket) => {
    const onward = connect(target, '127.0.0.1');
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on('error', () => {});
    }
    socket.pipe(onward).pipe(socket);
  });
  let port = 0;
  return {
    /** A port on which nothing listens yet. */
    async reserve() {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      port = (server.address() as AddressInfo).port;
      server.close();
      await once(server, 'close');
      return port;
    },
    async open() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
