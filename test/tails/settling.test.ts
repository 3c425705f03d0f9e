import { expect, test } from 'vitest';
import type { Mark } from '../../src/db/sql/tail.ts';
import { nothingSettled, settle } from '../../src/tails/settling.ts';

const look = (latest: number | null, ...holders: readonly string[]): Mark => ({
  history: 'h',
  latest: latest === null ? null : BigInt(latest),
  settled: undefined,
  holders: holders.map((id) => ({ id, pid: 1 })),
});

/** Returns what is settled after these looks, one per second. */
const after = (...looks: readonly Mark[]) =>
  looks.reduce((before, mark, i) => settle(before, mark, i * 1000), nothingSettled);

test('without writers everything is settled', () => {
  expect(after(look(7)).settled).toBe(7n);
  expect(after(look(null)).settled).toBe(null);
});

test('a number read during writes is settled when all these writers have ended', () => {
  expect(after(look(7, 'a', 'b')).settled).toBeUndefined();
  expect(after(look(7, 'a', 'b'), look(9, 'b', 'c')).settled).toBeUndefined();
  expect(after(look(7, 'a', 'b'), look(9, 'b', 'c'), look(9, 'c')).settled).toBe(7n);
  expect(after(look(7, 'a', 'b'), look(9, 'b', 'c'), look(9, 'd')).settled).toBe(9n);
});

test('a prepared transaction is waited for under its new name', () => {
  expect(after(look(7, 'a'), look(7, '-1/5')).settled).toBeUndefined();
  expect(after(look(7, 'a'), look(7, '-1/5'), look(7)).settled).toBe(7n);
});

test('a transaction prepared earlier does not delay later writers', () => {
  const looks = [look(3, '-1/5'), look(7, '-1/5', 'a'), look(9, '-1/5', 'b'), look(9, '-1/6', 'b')];
  expect(after(...looks).settled).toBe(7n);
});

test('deleting rows does not move the settled place back', () => {
  expect(after(look(7), look(3)).settled).toBe(7n);
  expect(after(look(7), look(null)).settled).toBe(7n);
});

test('one long writer among many short ones takes no memory, and is the one that is named', () => {
  const looks = Array.from({ length: 1000 }, (_, i) => look(i, 'long', `short ${i}`));
  const { pending, settled } = after(...looks);
  expect(settled).toBeUndefined();
  expect(pending.length).toBeLessThan(4);
  expect(pending[0]).toMatchObject({ since: 0, holders: [{ id: 'long' }] });
});

test('for an order by transaction, the database itself knows what is settled', () => {
  const known = (latest: number, settled: number | null): Mark => ({
    ...look(latest, 'x'),
    settled: settled === null ? null : BigInt(settled),
  });
  expect(after(known(7, null)).settled).toBe(null);
  expect(after(known(7, null), known(9, 7))).toMatchObject({ settled: 7n, pending: [{ value: 9n, since: 1000 }] });
  expect(after(known(7, null), known(9, 7), known(9, 9))).toMatchObject({ settled: 9n, pending: [] });
});
