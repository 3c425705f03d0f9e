import { expect, test } from 'vitest';
import { setUp, setUpServer } from '../support/setUp.ts';

const { database, api } = await setUp();
const server = await setUpServer(api);

interface Event {
  readonly eventId: string;
  readonly device: { readonly serial: string };
}

const added = `subscription ($where: EventWhere, $after: String) {
  added: eventsAdded(where: $where, after: $after) {
    cursor end
    edges { cursor node { eventId device { serial } } }
  }
}`;

/** Inserts events with one statement; resolves with their ids. */
async function add(count: number, type = 'temperature'): Promise<readonly string[]> {
  const { rows } = await database.admin<{ event_id: string }>(
    `insert into events.event (occurred_at, device_id, event_type_id, value)
    select now(), device_id, $2, n from generate_series(1, $1) n, (select device_id from events.device limit 1) d
    returning event_id::text`,
    [count, type],
  );
  return rows.map(({ event_id }) => event_id);
}

test('a stream begins with an empty message and a cursor, then delivers added rows', async () => {
  const stream = server.subscribe<Event>(added);
  expect(await stream.next()).toEqual({ cursor: expect.any(String), end: null, edges: [] });
  const ids = await add(3);
  const nodes = await stream.nodes(3);
  expect(nodes.map(({ eventId }) => eventId)).toEqual(ids);
  expect(nodes[0]?.device.serial).toEqual(expect.any(String));
  await stream.stop();
});

test('a list and its tail join without a gap, whatever is being written', async () => {
  await add(1);
  const writer = await database.connect();
  const insert = async (count: number) => {
    const { rows } = await writer.query<{ event_id: string }>(
      `insert into events.event (occurred_at, device_id, event_type_id)
      select now(), device_id, 'door' from generate_series(1, $1) n, (select device_id from events.device limit 1) d
      returning event_id::text`,
      [count],
    );
    return rows.map(({ event_id }) => event_id);
  };
  const first = await api.query<{ events: { liveCursor: string } }>('{ events(first: 1) { liveCursor } }');
  await writer.query('begin');
  const late = await insert(2);
  const before = await add(2);
  const list = await api.query<{ events: { liveCursor: string; totalCount: number; nodes: { eventId: string }[] } }>(
    `query ($ids: [BigInt!]) { events(first: 10, where: { eventId: { in: $ids } }) { liveCursor nodes { eventId } } }`,
    { ids: [...late, ...before] },
  );
  expect(list.events.nodes.map(({ eventId }) => eventId).toSorted()).toEqual(before.toSorted());
  const after = await add(2);
  late.push(...(await insert(2)));
  await writer.query('commit');
  await writer.end();

  const told = async (cursor: string, count: number) => {
    const stream = server.subscribe<Event>(added, { after: cursor });
    const nodes = await stream.nodes(count);
    await stream.stop();
    return nodes.map(({ eventId }) => eventId).toSorted();
  };
  expect(await told(list.events.liveCursor, 6)).toEqual([...late, ...after].toSorted());
  expect(await told(first.events.liveCursor, 8)).toEqual([...late, ...before, ...after].toSorted());
});

test('a list reads the rows beyond its live cursor once, however many there are', async () => {
  await api.query('{ events(first: 1) { liveCursor } }'); // something is settled
  const writer = await database.connect();
  await writer.query('begin; lock table events.event in row exclusive mode');
  await add(9000); // beyond what is settled
  const { events } = await api.query<{ events: { liveCursor: string; nodes: unknown[] } }>(
    '{ events(first: 1000) { liveCursor nodes { severity } } }',
  );
  expect(events.nodes).toHaveLength(1000);
  const after = await add(1);
  await writer.query('commit');
  await writer.end();
  const stream = server.subscribe<Event>(added, { after: events.liveCursor });
  expect((await stream.nodes(1)).map(({ eventId }) => eventId)).toEqual(after);
  await stream.stop();
});

test('an empty list has a live cursor too, and so has each list of a relation', async () => {
  const { events, devices } = await api.query<{
    events: { liveCursor: string; nodes: unknown[] };
    devices: { nodes: { events: { liveCursor: string; nodes: unknown[] } }[] };
  }>(`{
    events(where: { value: { gt: "1e9" } }) { liveCursor nodes { eventId } pageInfo { hasNextPage } }
    devices(first: 3) { nodes { events(first: 2) { liveCursor nodes { eventId } } } }
  }`);
  expect(events).toMatchObject({ liveCursor: expect.any(String), nodes: [], pageInfo: { hasNextPage: false } });
  for (const device of devices.nodes) expect(device.events.liveCursor).toEqual(expect.any(String));
  expect(new Set(devices.nodes.map((device) => device.events.liveCursor)).size).toBe(1);
  expect(api.statements.filter((text) => text.includes('$live'))).toHaveLength(2);
});

test.each([
  ['nonsense', /is not a cursor of a live tail/],
  [Buffer.from('["x","y",[],[]]').toString('base64url'), /belongs to another table/],
])('the cursor %s is refused', async (after, message) => {
  await expect(server.subscribe(added, { after }).next()).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
    message: expect.stringMatching(message),
  });
});

test("another table's cursor is refused", async () => {
  const other = server.subscribe('subscription { added: incidentsAdded { cursor end edges { cursor } } }');
  const { cursor } = await other.next();
  await other.stop();
  await expect(server.subscribe(added, { after: cursor }).next()).rejects.toThrow(/belongs to another table/);
});

test('an invalid filter is an error of the stream', async () => {
  await expect(server.subscribe(added, { where: { eventId: { eq: null } } }).next()).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
    message: expect.stringContaining('"eq" is null'),
  });
});

test('a truncated table ends its streams and rejects their cursors', async () => {
  await database.admin(`create table events.draft (draft_id bigint generated always as identity primary key);
    insert into events.draft select from generate_series(1, 5)`);
  await database.grantAll(database.connection);
  await api.served.check();
  const document =
    'subscription ($after: String) { added: draftsAdded(after: $after) { cursor end edges { cursor } } }';
  const stream = server.subscribe(document);
  const { cursor } = await stream.next();
  await database.admin('truncate events.draft restart identity');
  await expect(stream.next()).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  await expect(server.subscribe(document, { after: cursor }).next()).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
    message: expect.stringContaining('a reset of the table'),
  });
});
