import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { DepartingResponse } from '../../src/server/departingResponse.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Creates responses, and counts those that have emitted `close`. */
function createResponses(count: number) {
  const seen = { closed: 0 };
  const responses = Array.from({ length: count }, () => {
    const response = new DepartingResponse(new IncomingMessage(new Socket()));
    return response.on('close', () => seen.closed++);
  });
  return { responses, seen };
}

test('when many clients leave at once, a turn of the event loop ends only some of their requests', async () => {
  let ms = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => ++ms);
  await turn();
  const { responses, seen } = createResponses(100);
  for (const response of responses) response.emit('close');
  const first = seen.closed;
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThan(20);
  for (let before = first; before < 100; before = seen.closed) {
    await turn();
    expect(seen.closed - before).toBeLessThan(10);
  }
  expect(seen.closed).toBe(100);
});

test('a single client that leaves is noticed at once', async () => {
  await turn();
  const { responses, seen } = createResponses(1);
  responses[0]?.emit('close');
  expect(seen.closed).toBe(1);
});
