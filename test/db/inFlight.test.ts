import { describe, expect, test } from 'vitest';
import { createInFlight } from '../../src/db/inFlight.ts';
import { streamsWithin } from '../../src/db/processInFlight.ts';

const kilobyte = 1024;
/** Bytes of each request that do not count. */
const free = 32 * kilobyte;
const room = 100 * kilobyte;

const busy = { code: 'DATABASE_UNAVAILABLE' };

/** Opens requests in this order, each of which expects this many kilobytes; `inside` lists those that were let in. */
function arrive(inFlight: ReturnType<typeof createInFlight>, wishes: Readonly<Record<string, number>>) {
  const inside: string[] = [];
  const requests = Object.entries(wishes).map(([name, kilobytes]) => {
    const share = inFlight.open(name);
    const entering = share.expect(free + kilobytes * kilobyte);
    if (!entering) inside.push(name);
    const entered = entering?.then(() => void inside.push(name));
    entered?.catch(() => {});
    return [name, { ...share, entered }] as const;
  });
  return { inside, of: Object.fromEntries(requests) };
}

test('requests that fit are admitted at once, the others when enough room is free', async () => {
  const inFlight = createInFlight(room, 60_000);
  const { inside, of } = arrive(inFlight, { a: 60, b: 60, c: 30, d: 100, e: 20 });
  expect(inside).toEqual(['a', 'c']);
  of['c']?.release();
  await of['e']?.entered;
  expect(inside).toEqual(['a', 'c', 'e']);
  of['a']?.release();
  await of['b']?.entered;
  expect(inFlight.waiting).toBe(1);
  for (const name of ['b', 'e']) of[name]?.release();
  await of['d']?.entered;
  of['d']?.release();
  expect(inFlight).toMatchObject({ held: 0, waiting: 0 });
});

test('a small request does not wait', () => {
  const inFlight = createInFlight(room);
  inFlight.open('a').expect(free + room);
  for (let n = 0; n < 1000; n++) expect(inFlight.open(`${n}`).expect(free)).toBeUndefined();
});

test('a request that waits too long is told that there is no room, and leaves nothing behind', async () => {
  const inFlight = createInFlight(room, 1);
  const { of } = arrive(inFlight, { a: 100, b: 1 });
  await expect(of['b']?.entered).rejects.toMatchObject({
    ...busy,
    extensions: { http: { headers: { 'Retry-After': '1' } } },
  });
  of['b']?.release();
  of['a']?.release();
  expect(inFlight).toMatchObject({ held: 0, waiting: 0 });
});

test('a request whose client leaves no longer waits, and is not counted later', async () => {
  const inFlight = createInFlight(room, 60_000);
  const { of } = arrive(inFlight, { a: 100, b: 10 });
  of['b']?.release();
  await expect(of['b']?.entered).rejects.toMatchObject(busy);
  of['b']?.add(room);
  of['a']?.release();
  expect(inFlight).toMatchObject({ held: 0, waiting: 0 });
});

test('an expected result has its room reserved; anything beyond that has to find room', () => {
  const inFlight = createInFlight(room);
  const { of } = arrive(inFlight, { a: 60, b: 30 });
  of['a']?.add(free + 60 * kilobyte);
  of['a']?.add(10 * kilobyte);
  expect(inFlight.held).toBe(room);
  expect(() => of['a']?.add(1)).toThrow('no memory left');
  of['b']?.add(free + 30 * kilobyte);
  of['b']?.drop(30 * kilobyte);
  of['b']?.add(30 * kilobyte);
  expect(inFlight.held).toBe(room);
});

test('a request larger than all of the room runs alone', () => {
  const inFlight = createInFlight(room);
  const { inside, of } = arrive(inFlight, { a: 500, b: 1 });
  of['a']?.add(free + 600 * kilobyte);
  expect(inside).toEqual(['a']);
});

test('a caller who holds some room leaves the last fifth to those who hold none', async () => {
  const inFlight = createInFlight(room, 60_000);
  const open = (caller: string, kilobytes: number) => {
    const share = inFlight.open(caller);
    return { share, waits: share.expect(free + kilobytes * kilobyte) };
  };
  const greedy = Array.from({ length: 10 }, () => open('greedy', 20));
  expect(greedy.filter(({ waits }) => !waits)).toHaveLength(4);
  const modest = open('modest', 20);
  expect(modest.waits).toBeUndefined();
  expect(inFlight).toMatchObject({ held: room, waiting: 6 });
  modest.share.release();
  expect(inFlight).toMatchObject({ held: 80 * kilobyte, waiting: 6 });
  greedy[0]?.share.release();
  await greedy[4]?.waits;
  const rest = greedy.slice(5).map(({ waits }) => expect(waits).rejects.toMatchObject(busy));
  for (const { share } of greedy.toReversed()) share.release();
  await Promise.all(rest);
  expect(inFlight).toMatchObject({ held: 0, waiting: 0 });
});

describe('a stream', () => {
  const base = 16 * kilobyte;

  test('a stream has a reserve while it is open, for which its messages do not wait', () => {
    const inFlight = createInFlight(room);
    const share = inFlight.open('a');
    share.add(free);
    expect(share.stream(base)).toBeUndefined();
    expect(inFlight.held).toBe(base);
    inFlight.open('b').add(free + room - base);
    for (let message = 0; message < 3; message++) {
      expect(share.expect(base)).toBeUndefined();
      share.add(base);
      expect(() => share.add(1)).toThrow('no memory left');
      share.keep(0);
    }
    share.release();
    expect(inFlight.held).toBe(room - base);
  });

  test('a stream holds what a message needs beyond its reserve until the client takes the message', async () => {
    const inFlight = createInFlight(room, 60_000);
    const streams = Array.from({ length: 3 }, (_, n) => inFlight.open(`${n}`));
    for (const stream of streams) await stream.stream(base);
    const [first, second] = streams;
    expect(first?.expect(50 * kilobyte)).toBeUndefined();
    const waits = second?.expect(50 * kilobyte);
    expect(waits).toBeDefined();
    first?.keep(0);
    await waits;
    for (const stream of streams) stream.release();
    expect(inFlight).toMatchObject({ held: 0, waiting: 0 });
  });

  test('a stream leaves all the other room to others', () => {
    const inFlight = createInFlight(room);
    inFlight.open('a').stream(base);
    const other = inFlight.open('b');
    expect(other.expect(free + 5 * room)).toBeUndefined();
    other.release();
    expect(inFlight.held).toBe(base);
  });

  test('a request larger than the room is not kept waiting by a stream that waited behind it', async () => {
    const inFlight = createInFlight(room, 60_000);
    const first = inFlight.open('a');
    first.expect(free + room);
    const large = inFlight.open('b').expect(free + 5 * room);
    const stream = inFlight.open('c').stream(base);
    first.release();
    await Promise.all([large, stream]);
    expect(inFlight.waiting).toBe(0);
  });

  test('a stream is rejected at the limit, of which one caller leaves the last fifth to those without streams', () => {
    const inFlight = createInFlight(100 * room, 60_000, 5);
    const open = (caller: string) => {
      const share = inFlight.open(caller);
      share.stream(base);
      return share;
    };
    const [first, ...rest] = Array.from({ length: 4 }, () => open('greedy'));
    expect(() => open('greedy')).toThrow('no room for another stream');
    const modest = open('modest');
    expect(() => open('another')).toThrow('no room for another stream');
    first?.release();
    for (const share of [...rest, modest, open('another')]) share.release();
    expect(inFlight.held).toBe(0);
  });

  test.each([
    [0.5, 2684],
    [1, 5000],
    [2, 5000],
  ])('streams in a replica of %d GiB are limited to %d', (gibibytes, streams) => {
    expect(streamsWithin((gibibytes * 1024 ** 3) / 4)).toBe(streams);
  });

  test('a stream that ends while it waits for its reserve leaves nothing behind', async () => {
    const inFlight = createInFlight(room, 60_000);
    const other = inFlight.open('a');
    other.add(free + room);
    const share = inFlight.open('b');
    const waits = share.stream(base);
    share.release();
    await expect(waits).rejects.toMatchObject(busy);
    other.release();
    expect(inFlight).toMatchObject({ held: 0, waiting: 0 });
  });
});
