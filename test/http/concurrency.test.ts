import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { createConcurrency } from '../../src/http/useConcurrency.ts';
import { appConfig } from '../support/config.ts';
import { setUp } from '../support/setUp.ts';

const request = new Request('http://localhost/graphql');
const requestOf = (id: string) => ({ caller: { id, permissions: new Set<never>(), claims: {}, expiresAt: 0 } });
type Begun = ReturnType<typeof requestOf>;

test('more requests than may run at once wait until others are answered, and callers alternate', async () => {
  const { begin, end } = createConcurrency(10, 0);
  const some: Begun[] = [];
  for (let n = 0; n < 8; n++) {
    some.push(requestOf('a'));
    expect(begin(request, some[n] as Begun)).toBeUndefined();
  }
  const order: string[] = [];
  const waiting = [requestOf('a'), requestOf('a')].map((one, i) =>
    Promise.resolve(begin(request, one)).then(() => order.push(`a${i}`)),
  );
  const others = ['b', 'c'].map(requestOf);
  for (const other of others) expect(begin(request, other)).toBeUndefined();
  const late = Promise.resolve(begin(request, requestOf('d'))).then(() => order.push('d'));
  for (const one of some.splice(0, 3)) end(one);
  await Promise.all([...waiting, late]);
  expect(order).toEqual(['d', 'a0', 'a1']);
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

test('a request whose client leaves waits no longer', async () => {
  const { begin } = createConcurrency(1, 0);
  begin(request, requestOf('a'));
  const res = new EventEmitter();
  const waiting = begin(request, { ...requestOf('b'), res });
  res.emit('close');
  await expect(waiting).rejects.toMatchObject({ code: 'TIMEOUT' });
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
