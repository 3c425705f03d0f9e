import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { setUp, setUpServer } from '../support/setUp.ts';

const { api } = await setUp();
const { port, drain } = await setUpServer(api);

/** Opens a connection and sends a document, so that the server has accepted it; further ones are told when answered. */
async function openClient(name: string, query: string, answered: string[]) {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const send = async (document: string) => {
    const body = JSON.stringify({ query: document });
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await once(socket, 'data');
  };
  await send(known);
  return { ask: () => send(query).then(() => answered.push(name)) };
}

const known = 'query Known { __typename }';

test('a query with a plan does not wait for many that arrived before it and are new', async () => {
  const answered: string[] = [];
  const clients = await Promise.all(
    Array.from({ length: 40 }, (_, n) => openClient('new', `query New${n} { __typename }`, answered)),
  );
  const last = await openClient('known', known, answered);
  await Promise.all([...clients, last].map(({ ask }) => ask()));
  expect(answered).toHaveLength(41);
  expect(answered.indexOf('known')).toBeLessThan(10);
});

test('requests that wait for their turn are answered when the server ends', async () => {
  const answered: string[] = [];
  const query = (n: number) => `query Last${n} { __typename }`;
  const clients = await Promise.all(Array.from({ length: 40 }, (_, n) => openClient('waiting', query(n), answered)));
  const asked = clients.map(({ ask }) => ask());
  await Promise.race(asked);
  const before = answered.length;
  await Promise.all([drain(5000), ...asked]);
  expect(before).toBeLessThan(40);
  expect(answered).toHaveLength(40);
});
