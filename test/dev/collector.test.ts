import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { runCollector } from '../../src/dev/collector/collector.ts';
import { createIncidentReport } from '../../src/dev/collector/incidents.ts';
import { createSend } from '../../src/dev/collector/send.ts';
import { createSimulation } from '../../src/dev/collector/simulation.ts';
import { setUp, setUpServer } from '../support/setUp.ts';

const { database, api } = await setUp();
const { url } = await setUpServer(api);

const countEvents = async () =>
  (await database.admin<{ count: number }>('select count(*)::int from events.event')).rows[0]?.count ?? 0;

/** A log, and a promise of its first line that matches. */
function createLog() {
  const lines: string[] = [];
  const first = Promise.withResolvers<string>();
  const write = (line: string) => {
    lines.push(line);
    first.resolve(line);
  };
  const log = pino({ level: 'warn' }, { write });
  return { log, first: first.promise, lines };
}

describe('the simulated collector', () => {
  test('writes through the API until it is stopped, and nothing after that', async () => {
    const before = await countEvents();
    const { log, lines } = createLog();
    const feed = runCollector({ url, log, everyMs: 1 });
    await expect.poll(countEvents).toBeGreaterThan(before + 50);
    await feed.stop();
    const after = await countEvents();
    const { rows } = await database.admin(
      "select count(*)::int from events.event where occurred_at > now() - interval '1 minute'",
    );
    expect(rows[0]?.['count']).toBeGreaterThan(50);
    expect(await countEvents()).toBe(after);
    expect(lines).toEqual([]);
  });

  test('stops by itself when there are enough events', async () => {
    const maxEvents = (await countEvents()) + 20;
    const { log, first } = createLog();
    const feed = runCollector({ url, log, everyMs: 1, maxEvents });
    expect(await first).toMatch(/simulated collector stopped: there are/);
    expect(await countEvents()).toBeGreaterThanOrEqual(maxEvents);
    expect(await countEvents()).toBeLessThan(maxEvents + 11);
    await feed.stop();
  });
});

const never = new AbortController().signal;

test('trouble is an incident, for as long as it lasts', async () => {
  const { rows } = await database.admin<{ device_id: string }>('select device_id from events.device limit 1');
  const trouble = { deviceId: rows[0]?.device_id ?? '', severity: 'ERROR', title: 'Simulated trouble' };
  const stateOf = async () =>
    (
      await database.admin(
        `select closed_at is not null as closed from events.incident where title = '${trouble.title}'`,
      )
    ).rows;
  const report = createIncidentReport(createSend(url, never));
  await report(trouble, null);
  expect(await stateOf()).toEqual([{ closed: false }]);
  await report(null, null);
  expect(await stateOf()).toEqual([{ closed: false }]);
  await report(null, trouble);
  expect(await stateOf()).toEqual([{ closed: true }]);
});

describe('what it sends', () => {
  /** A server that answers each request with the next of these. */
  async function answering(...answers: readonly [status: number, body: object][]) {
    let requests = 0;
    const server = createServer((request, response) => {
      request.resume();
      const [status, body] = answers[requests++] ?? [500, {}];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return {
      url: `http://127.0.0.1:${port}/graphql`,
      requests: () => requests,
      end: () => new Promise((resolve) => server.close(resolve)),
    };
  }

  const failed = (code: string) => ({ data: null, errors: [{ message: code, extensions: { code } }] });

  test('is sent again while it may still get through', async () => {
    const server = await answering(
      [503, failed('DATABASE_UNAVAILABLE')],
      [200, { ...failed('DATABASE_UNAVAILABLE'), data: { x: null } }],
      [502, {}],
      [200, failed('TIMEOUT')],
      [200, { data: 7 }],
    );
    expect(await createSend(server.url, never, 1)('{ x }')).toBe(7);
    expect(server.requests()).toBe(5);
    await server.end();
  });

  test('waits for a server that is not there yet', async () => {
    const { url, end } = await answering();
    await end();
    const sent = createSend(url, never, 1)('{ x }');
    const late = createServer((_, response) => response.end('{"data":8}'));
    await new Promise<void>((resolve) => late.listen(Number(new URL(url).port), '127.0.0.1', resolve));
    expect(await sent).toBe(8);
    late.close();
    late.closeAllConnections();
  });

  test('is given up when the API refuses it', async () => {
    const server = await answering([200, failed('BAD_USER_INPUT')]);
    await expect(createSend(server.url, never, 1)('{ x }')).rejects.toThrow('BAD_USER_INPUT');
    expect(server.requests()).toBe(1);
    await server.end();
  });

  test('is given up when it is told to stop', async () => {
    const stopped = new AbortController();
    const server = await answering();
    const sent = createSend(server.url, stopped.signal, 100_000)('{ x }');
    await expect.poll(server.requests).toBe(1);
    stopped.abort();
    await expect(sent).rejects.toThrow();
    await server.end();
  });
});

test('trouble begins and ends in turn, and a device in trouble reports more', () => {
  const next = createSimulation(['a', 'b', 'c']);
  const moments = Array.from({ length: 20_000 }, next);
  const turns = moments.flatMap(({ begun, ended }) => [...(ended ? ['ended'] : []), ...(begun ? ['begun'] : [])]);
  expect(turns.length).toBeGreaterThan(50);
  expect(turns).toEqual(turns.map((_, i) => (i % 2 === 0 ? 'begun' : 'ended')));
  const sizes = moments.map(({ readings }) => readings.length);
  expect(Math.min(...sizes)).toBe(1);
  expect(Math.max(...sizes)).toBe(10);
});
