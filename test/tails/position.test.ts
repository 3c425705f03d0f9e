import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advance, decodeTailCursor, encodeTailCursor, isBefore, rangesOf, unseen } from '../../src/tails/position.ts';
import { table } from '../support/catalogs.ts';

const tail = { table: table('event', ['id']), arrival: { kind: 'transaction', columns: ['tx', 'id'] } } as const;

test('a place within a transaction comes before the end of that transaction, and after the previous transaction', () => {
  expect(isBefore([], ['5'])).toBe(true);
  expect(isBefore(['5'], [])).toBe(false);
  expect(isBefore(['5'], ['10'])).toBe(true);
  expect(isBefore(['10'], ['5'])).toBe(false);
  expect(isBefore(['5', 'k'], ['5'])).toBe(true);
  expect(isBefore(['5'], ['5', 'k'])).toBe(false);
  expect(isBefore(['5', 'a'], ['5', 'b'])).toBe(false);
  expect(isBefore(['4'], ['5', 'a'])).toBe(true);
});

describe('a row that a list has already shown', () => {
  const anyValues = fc.uniqueArray(fc.bigInt({ min: 0n, max: 300n }), { maxLength: 100 });
  const ascending = (values: readonly bigint[]) => values.toSorted((a, b) => (a < b ? -1 : 1));

  test('a row that a list has already shown is left out of the tail, and nothing else, wherever the tail resumes', () => {
    fc.assert(
      fc.property(anyValues, fc.integer({ min: 0, max: 300 }), fc.boolean(), (values, at, isWithin) => {
        const start = { place: ['0'], seen: rangesOf(ascending(values)) ?? [] };
        const resumed = decodeTailCursor(encodeTailCursor(tail, { history: 'h', position: start }), tail);
        expect(resumed).toEqual({ history: 'h', position: start });
        const position = advance(resumed.position, isWithin ? [String(at), 'k'] : [String(at)]);
        const first = isWithin ? at : at + 1; // a page may end within a transaction
        const rows = Array.from({ length: 301 - first }, (_, i) => ({ tx: String(first + i) }));
        const told = unseen(position, rows, tail.arrival).map((row) => BigInt(row['tx'] ?? ''));
        expect(told).toEqual(rows.map(({ tx }) => BigInt(tx)).filter((tx) => !values.includes(tx)));
      }),
    );
  });

  test('rows that a list has shown are stored in ranges, unless there are too many', () => {
    expect(rangesOf([1n, 2n, 3n, 7n, 9n, 10n])).toEqual([
      [1n, 3n],
      [7n, 7n],
      [9n, 10n],
    ]);
    expect(rangesOf(Array.from({ length: 501 }, (_, i) => BigInt(2 * i)))).toBe(null);
  });
});

test('a cursor with more ranges than the server ever writes fails with BAD_USER_INPUT', () => {
  const cursorOf = (count: number) => {
    const seen = Array.from({ length: count }, (_, i) => [BigInt(2 * i), BigInt(2 * i)] as const);
    return encodeTailCursor(tail, { history: 'h', position: { place: ['0'], seen } });
  };
  expect(decodeTailCursor(cursorOf(500), tail).position.seen).toHaveLength(500);
  expect(() => decodeTailCursor(cursorOf(501), tail)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
});

test('a text that is not a cursor fails with BAD_USER_INPUT and in no other way', () => {
  const parts = fc.tuple(fc.constant('x'), fc.jsonValue(), fc.jsonValue(), fc.jsonValue());
  const text = fc.oneof(
    fc.string(),
    parts.map((json) => Buffer.from(JSON.stringify(json)).toString('base64url')),
  );
  fc.assert(
    fc.property(text, (cursor) => {
      expect(() => decodeTailCursor(cursor, tail)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
    }),
  );
});
