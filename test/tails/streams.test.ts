import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { serveStreams } from '../support/streams.ts';

let database: TestDatabase;
let api: TestApi;
let server: Awaited<ReturnType<typeof serveStreams>>;

beforeAll(async () => {
  database = await createDatabase();
  api = await createTestApi(database.connection);
  server = await serveStreams(api);
});

afterAll(async () => {
  api.tails.stop();
  await server.drain(1000);
  await api.close();
  await database.drop();
});

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

/** Adds events, one statement each; resolves with their numbers. */
async function add(count: number, type = 'temperature'): Promise<readonly string[]> {
  const { rows } = await database.admin<{ event_id: string }>(
    `insert into events.event (occurred_at, device_id, event_type_id, value)
    select now(), device_id, $2, n from generate_series(1, $1) n, (select device_id from events.device limit 1) d
    returning event_id::text`,
    [count, type],
  );
  return rows.map(({ event_id }) => event_id);
}

test('begins with an empty message and a cursor, then tells of the rows that are added', async () => {
  const stream = server.subscribe<Event>(added);
  expect(await stream.next()).toEqual({ cursor: expect.any(String), end: null, edges: [] });
  const ids = await add(3);
  const nodes = await stream.nodes(3);
  expect(nodes.map(({ eventId }) => eventId)).toEqual(ids);
  expect(nodes[0]?.device.serial).toEqual(expect.any(String));
  await stream.stop();
});
