import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { createConcurrency } from '../../src/http/useConcurrency.ts';
import { appConfig } from '../support/config.ts';
import { setUp } from '../support/setUp.ts';

const request = new Request('http://localhost/graphql');
const requestOf = (id: string) => ({ caller: { id, permissions: new Set<never>(), claims: {}, expiresAt: 0 } });
type Begun = ReturnType<typeof requestOf>;

test('more requests than may run at once wait until others are answered, and callers alternate', async () => {
  const { begin, end } = createConcurrency(10, 0);
  const running = ['a', 'a', 'a', 'a', 'b', 'b', 'b', 'b'].map(requestOf);
  for (const one of running) expect(begin(request, one)).toBeUndefined();
  const order: string[] = [];
  const waiting = ['a', 'a', 'b', 'b'].map((id) =>
    Promise.resolve(begin(request, requestOf(id))).then(() => order.push(id)),
  );
  // The last fifth is left to callers who have no request running.
  expect(begin(request, requestOf('c'))).toBeUndefined();
  end(running.pop() as Begun);
  expect(order).toEqual([]);
  for (const one of running.splice(0, 4)) end(one);
  await Promise.all(waiting);
  expect(order).toEqual(['a', 'b', 'a', 'b']);
});

test('a request that runs for long no longer keeps others waiting', async () => {
  const { begin } = createConcurrency(2, 0);
  expect([begin(request, requestOf('a')), begin(request, requestOf('b'))]).toEqual([undefined, undefined]);
  await expect(begin(request, requestOf('c'))).resolves.toBeUndefined();
});

test('a request that waits too long is refused as temporarily unavailable', async () => {
  const { begin } = createConcurrency(1, 0, 1);
  begin(request, requestOf('a'));
  await expect(begin(request, requestOf('b'))).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
});

const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
afterAll(() => server.close());

/** Opens a request at a real socket; returns its response, and the function with which its client leaves. */
async function openRequest() {
  const client = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  client.on('error', () => {}); // it is destroyed
  const [, res] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
  return { res, leave: () => client.destroy() };
}

test('a request whose client leaves waits no longer', async () => {
  const { begin } = createConcurrency(1, 0);
  begin(request, requestOf('a'));
  const { res, leave } = await openRequest();
  const waiting = begin(request, { ...requestOf('b'), res });
  leave();
  await expect(waiting).rejects.toMatchObject({ code: 'TIMEOUT' });
});

test('a request whose client has left before does not wait at all', async () => {
  const { begin, end } = createConcurrency(1, 0);
  const first = requestOf('a');
  begin(request, first);
  const { res, leave } = await openRequest();
  leave();
  await once(res, 'close');
  const gone = begin(request, { ...requestOf('b'), res });
  const waiting = begin(request, requestOf('c'));
  end(first);
  await waiting;
  await expect(gone).rejects.toMatchObject({ code: 'TIMEOUT' });
});

test('requests that wait for a lock keep no others waiting, and a refused request ends its run', async () => {
  const { database, api } = await setUp({ config: { ...appConfig, poolSize: 1 } });
  const locked = await database.connect();
  await locked.query('begin; lock table events.device in access exclusive mode');
  const blocked = Array.from({ length: 4 }, () => api.send('{ devices { totalCount } }'));
  expect((await api.send('{ __typename }')).data).toEqual({ __typename: 'Query' });
  await locked.query('rollback');
  await locked.end();
  for (const { data } of await Promise.all(blocked)) expect(data).toEqual({ devices: { totalCount: 40 } });
  const refused = await Promise.all(Array.from({ length: 40 }, () => api.send('{ wrong }')));
  expect(new Set(refused.map(({ errors }) => errors?.[0]?.extensions?.['code']))).toEqual(
    new Set(['GRAPHQL_VALIDATION_FAILED']),
  );
});
