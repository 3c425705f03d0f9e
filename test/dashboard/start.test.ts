import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { get, type Program, portOf, post, startProgram } from '../support/program.ts';

const main = new URL('../../src/main.ts', import.meta.url).pathname;

let folder: string;
let program: Program;
let port: number;

/** What a newcomer starts: nothing configured, and a folder without data. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'events-graphql-start-'));
  program = startProgram([], { PORT: '0' }, { command: [process.execPath, main], cwd: folder });
  port = await portOf(program);
}, 90_000);

afterAll(async () => {
  program.process.kill('SIGINT');
  expect(await program.ended).toBe(0);
  await rm(folder, { recursive: true });
});

test('it serves the dashboard', async () => {
  expect(program.out()).toContain(`http://localhost:${port}/dashboard`);
  expect(await (await get(port, '/dashboard')).text()).toContain('<title>Telemetry</title>');
});

test('it runs the documents of the dashboard by their ids', async () => {
  const manifest = new URL('../../examples/dashboard/dist/persisted-documents.json', import.meta.url);
  const documents = Object.entries<string>(JSON.parse(await readFile(manifest, 'utf8')));
  const [id = ''] = documents.find(([, text]) => text.includes('query Choices')) ?? [];
  const { data } = await (await get(port, `/graphql?documentId=${encodeURIComponent(id)}`)).json();
  expect(data.sites.nodes).toHaveLength(20);
});

test('it gets new events by itself', async () => {
  const count = async () =>
    (await (await post(port, '{ events(first: 1) { totalCount } }')).json()).data.events.totalCount;
  const before = await count();
  await expect.poll(count, { timeout: 20_000 }).toBeGreaterThan(before);
});
