import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { createInFlight } from '../../src/db/inFlight.ts';
import { limitBody } from '../../src/http/readParams.ts';
import { createApp } from '../../src/server/app.ts';
import { appConfig } from '../support/config.ts';
import { setUp, setUpServer } from '../support/setUp.ts';

const { api } = await setUp({
  prepare: `create table events.doc (doc_id int primary key, content text);
    insert into events.doc select n, repeat('x', 1000000) from generate_series(1, 40) n;
    create table events.note (note_id bigint generated always as identity primary key)`,
});
const kilobyte = 1024;
const free = 32 * kilobyte;
const sockets: Socket[] = [];
let addresses = 0;

/** Starts a server with this much room for what is in flight. */
async function serveWith(
  room: number,
  bytes = appConfig.requestLimits.bytes,
  streams?: number,
  maxConnections?: number,
) {
  const inFlight = createInFlight(room, 15_000, streams);
  const app = createApp({
    config: { ...appConfig, requestLimits: { ...appConfig.requestLimits, bytes, proxies: 1 } },
    ...{ served: api.served, tails: api.tails, probe: api.probe, log: pino({ level: 'silent' }), inFlight },
  });
  return { inFlight, ...(await setUpServer({ app, tails: api.tails }, { maxConnections })) };
}

const room = 2000 * kilobyte;
const narrow = await serveWith(room);
const few = await serveWith(room, undefined, 3, 5);
const wide = await serveWith(45_000_000, 25_000_000);

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const { inFlight } of [narrow, wide, few])
    await expect.poll(() => inFlight).toMatchObject({ held: 0, waiting: 0 });
});

function open({ port }: typeof narrow): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {}); // it is cut
  sockets.push(socket);
  return socket;
}

/** Sends a request except the last byte of its body; the address is a new one if none is given. */
function sendUnfinished(bytes: number, address = `${++addresses}`): Socket {
  const socket = open(narrow);
  const body = JSON.stringify({ query: '{ __typename }' }).padEnd(bytes);
  socket.write(
    `POST /graphql HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: ${address}\r\ncontent-type: application/json\r\n`,
  );
  socket.write(`content-length: ${bytes}\r\n\r\n${body.slice(0, -1)}`);
  return socket;
}

async function ask({ url }: typeof narrow, query: string): Promise<{ status: number; body: string }> {
  const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return { status: response.status, body: await response.text() };
}

const small = '{ devices(first: 1) { nodes { serial } } }';

test('endless bodies are read only while there is room; others are served meanwhile', async () => {
  const bodies = Array.from({ length: 20 }, () => sendUnfinished(free + 500 * kilobyte));
  await expect.poll(() => narrow.inFlight).toMatchObject({ held: room, waiting: 16 });
  expect(await ask(narrow, small)).toMatchObject({ status: 200 });
  const answers = bodies.map(async (socket) => String((await once(socket, 'data'))[0]).slice(0, 12));
  for (const socket of bodies) socket.write(' ');
  expect(await Promise.all(answers)).toEqual(Array(20).fill('HTTP/1.1 200'));
});

test('a body of unknown length takes only the room of what its sender may send', async () => {
  const inFlight = createInFlight(100_000_000);
  const share = inFlight.open('reader', 0);
  const caller = { id: 'reader', permissions: new Set(['read'] as const), claims: {}, expiresAt: Infinity };
  const request = new Request('http://localhost/graphql', { method: 'POST', body: '{}' });
  await limitBody(20_000_000)(request, { share, caller });
  expect(inFlight.held).toBe(1_000_000);
  share.release();
});

test('one caller cannot use all the room', async () => {
  const bodies = Array.from({ length: 8 }, () => sendUnfinished(free + 500 * kilobyte, 'greedy'));
  await expect.poll(() => narrow.inFlight).toMatchObject({ held: 1500 * kilobyte, waiting: 5 });
  sendUnfinished(free + 450 * kilobyte);
  await expect.poll(() => narrow.inFlight.held).toBeGreaterThan(1900 * kilobyte);
  expect(narrow.inFlight.waiting).toBe(5);
  for (const socket of bodies) socket.destroy();
});

test('a client that leaves frees its room', async () => {
  const bodies = Array.from({ length: 8 }, () => sendUnfinished(free + 500 * kilobyte));
  await expect.poll(() => narrow.inFlight.waiting).toBe(4);
  for (const socket of bodies) socket.destroy();
});

test('unread answers keep their room, and reads without room are not started', async () => {
  const large = '{ docs(first: 20) { nodes { content } } }';
  for (let n = 0; n < 2; n++) {
    const socket = open(wide);
    socket.write(
      `GET /graphql?query=${encodeURIComponent(large)} HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: ${n}\r\naccept: application/json\r\n\r\n`,
    );
    await once(socket, 'readable');
  }
  expect(wide.inFlight.held).toBeGreaterThan(39_000_000);
  const { body } = await ask(wide, large);
  expect(body).toContain('"code":"DATABASE_UNAVAILABLE"');
  expect(body).toContain('no memory left');
  expect(await ask(wide, small)).toMatchObject({ status: 200 });
});

test('a query waits if it may return more than there is room for', async () => {
  const body = sendUnfinished(1_000_000);
  await expect.poll(() => narrow.inFlight.held).toBeGreaterThan(900 * kilobyte);
  const asked = ask(narrow, '{ devices(first: 100) { nodes { events(first: 100) { nodes { severity } } } } }');
  await expect.poll(() => narrow.inFlight.waiting).toBe(1);
  body.destroy();
  expect(await asked).toMatchObject({ status: 200 });
});

/** Sends a request from an address; resolves with the first part of the answer. */
async function begin(address: number, path: string, accept = 'application/json'): Promise<string> {
  const socket = open(few);
  socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: ${address}\r\naccept: ${accept}\r\n\r\n`);
  return String((await once(socket, 'data'))[0]);
}

test('streams leave connections for requests and probes', async () => {
  const subscription = `/graphql?query=${encodeURIComponent('subscription { notesAdded { cursor } }')}`;
  for (let n = 0; n < 3; n++) expect(await begin(n, subscription, 'text/event-stream')).toContain('200 OK');
  const refused = await begin(3, subscription, 'text/event-stream');
  expect(refused).toContain('no room for another stream');
  for (const n of [4, 5]) expect(await begin(n, '/health/ready')).toContain('200 OK');
  // These two connections are idle and kept, and no others are left: the next client takes their place.
  const idle = sockets.slice(-2).map((socket) => once(socket, 'close'));
  open(few);
  await Promise.all(idle);
  expect(await begin(6, '/graphql?query={__typename}')).toContain('200 OK');
  expect(few.inFlight.held).toBe(3 * 16 * kilobyte);
});
