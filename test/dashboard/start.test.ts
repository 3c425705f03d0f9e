import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { get, type Program, portOf, post, startProgram } from '../support/program.ts';

const main = new URL('../../src/main.ts', import.meta.url).pathname;

let folder: string;
let program: Program;
let port: number;

const start = async () => {
  program = startProgram([], { PORT: '0' }, { command: [process.execPath, main], cwd: folder });
  port = await portOf(program);
};

/** Starts the server like a newcomer: without configuration, in an empty folder. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'events-graphql-start-'));
  await start();
}, 90_000);

afterAll(async () => {
  program.process.kill('SIGINT');
  expect(await program.ended).toBe(0);
  await rm(folder, { recursive: true });
});

test('a first start serves the dashboard', async () => {
  expect(program.out()).toContain(`http://localhost:${port}/dashboard`);
  expect(await (await get(port, '/dashboard')).text()).toContain('<title>Telemetry</title>');
});

test('a first start runs the documents of the dashboard by their ids', async () => {
  const manifest = new URL('../../examples/dashboard/dist/persisted-documents.json', import.meta.url);
  const documents = Object.entries<string>(JSON.parse(await readFile(manifest, 'utf8')));
  const [id = ''] = documents.find(([, text]) => text.includes('query Choices')) ?? [];
  const { data } = await (await get(port, `/graphql?documentId=${encodeURIComponent(id)}`)).json();
  expect(data.sites.nodes).toHaveLength(20);
});

test('events end now and continue: after a restart there is what the devices did meanwhile', async () => {
  interface Event {
    readonly eventId: string;
    readonly occurredAt: string;
  }
  const newest = async (): Promise<readonly Event[]> => {
    const query = '{ events(first: 30, orderBy: [{ occurredAt: DESC }]) { nodes { eventId occurredAt } } }';
    return (await (await post(port, query)).json()).data.events.nodes;
  };
  const ageOf = (event: Event | undefined) => Date.now() - Date.parse(event?.occurredAt ?? '');
  const before = await newest();
  // The newest hours of the sample all have events.
  expect(ageOf(before[0])).toBeLessThan(3_600_000);
  for (const { eventId, occurredAt } of before)
    await post(
      port,
      `mutation { deleteEvent(eventId: "${eventId}", occurredAt: "${occurredAt}") { event { eventId } } }`,
    );
  const left = await newest();
  // The collector may have added events meanwhile.
  const deleted = new Set(before.map(({ eventId }) => eventId));
  expect(left.filter(({ eventId }) => deleted.has(eventId))).toEqual([]);
  program.process.kill('SIGINT');
  expect(await program.ended).toBe(0);
  await start();
  await expect.poll(async () => (await newest())[0]?.occurredAt ?? '').not.toBe(left[0]?.occurredAt);
}, 90_000);
