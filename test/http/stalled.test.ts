import { once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp, setUpServer } from '../support/setUp.ts';

const stalledMs = 300;

/** The responses that have begun, in order. */
const responses: ServerResponse[] = [];

const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: `create schema events;
    create table events.note (note_id bigint generated always as identity primary key, body text);
    create view events.slow as select pg_sleep(1)::text as rest`,
  // The response is larger than all buffers on its way.
  config: { requestLimits: { bytes: 100_000_000 } },
});
const app: RequestListener = (request, response) => {
  responses.push(response);
  return api.app(request, response);
};
const server = await setUpServer({ app, tails: api.tails }, { stalledMs });

/** Sends a request and reads the response up to a text, and no further. */
async function ask(query: string, accept: string, text: string): Promise<{ socket: Socket; response: ServerResponse }> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {}); // it is cut
  socket.write(
    `GET /graphql?query=${encodeURIComponent(query)} HTTP/1.1\r\nhost: localhost\r\naccept: ${accept}\r\n\r\n`,
  );
  let read = '';
  while (!read.includes(text)) read += String((await once(socket, 'data'))[0]);
  socket.pause();
  const response = responses.at(-1);
  if (!response) throw new Error('Nobody answers');
  return { socket, response };
}

const subscription = 'subscription { notesAdded { cursor end edges { node { body } } } }';
const add = (bytes: number) => database.admin("insert into events.note (body) values (repeat('x', $1))", [bytes]);

test('a client that stops reading a stream is disconnected, and leaves nothing behind', async () => {
  const { socket, response } = await ask(subscription, 'text/event-stream', '"cursor"');
  await expect.poll(() => api.tails.stats()).toMatchObject([{ streams: 1 }]);
  await add(20_000_000);
  await once(response, 'close');
  expect(response.writableFinished).toBe(false);
  await expect.poll(() => api.tails.stats()).toEqual([]);
  socket.destroy();
});

test('a client that stops reading a large answer is disconnected, too', async () => {
  const { socket, response } = await ask('{ notes { nodes { body } } }', 'application/json', '200 OK');
  if (!response.closed) await once(response, 'close');
  expect(response.writableFinished).toBe(false);
  socket.destroy();
});

test('a client that waits for an answer or for the next message is not disconnected', async () => {
  const { socket, response } = await ask(subscription, 'text/event-stream', '"cursor"');
  const slow = await fetch(`http://127.0.0.1:${server.port}/graphql?query={slows{nodes{rest}}}`);
  expect(await slow.json()).toEqual({ data: { slows: { nodes: [{ rest: '' }] } } });
  expect(response.closed).toBe(false);
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString();
  });
  socket.resume();
  await add(5);
  await expect.poll(() => received).toContain('"body":"xxxxx"');
  socket.destroy();
});
