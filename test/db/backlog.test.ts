import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { Backlog } from '../../src/db/pool/backlog.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Work that goes on for a few promises. */
async function work(n: number, done: number[]): Promise<void> {
  for (let k = 0; k < 10; k++) await null;
  done.push(n);
}

test('work that is due at once runs in order and in many turns of the event loop', async () => {
  let ms = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => ++ms);
  await turn();
  const backlog = new Backlog('work');
  const done: number[] = [];
  for (let n = 0; n < 100; n++) backlog.add(() => void work(n, done));
  for (let before = -1; done.length > before; ) {
    before = done.length;
    await turn();
    expect(done.length - before).toBeLessThan(12);
  }
  expect(done).toEqual(Array.from({ length: 100 }, (_, n) => n));
});

test('the next piece begins after the promises of the last', async () => {
  const backlog = new Backlog('work');
  const done: number[] = [];
  const begun = [0, 1, 2].map(async (n) => {
    await backlog.turn();
    expect(done).toHaveLength(n);
    await work(n, done);
  });
  await Promise.all(begun);
});

test('the next piece begins after the promises of the last, even if an event adds both', async () => {
  const backlog = new Backlog('work');
  const done: number[] = [];
  const doneBefore: number[] = [];
  setImmediate(() => {
    for (const n of [0, 1, 2])
      backlog.add(() => {
        doneBefore.push(done.length);
        void work(n, done);
      });
  });
  await expect.poll(() => done).toHaveLength(3);
  expect(doneBefore).toEqual([0, 1, 2]);
});

test('a single piece runs at once', () => {
  const backlog = new Backlog('work');
  const seen = vi.fn();
  backlog.add(seen);
  expect(seen).toHaveBeenCalledOnce();
});
