import fc from 'fast-check';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { layersOf, severities, stackOf } from '../src/charts/stack';
import { type Between, bucketOf, during, move, presetNames, type Range } from '../src/state/range';
import { addressOf, parseView, type View } from '../src/state/view';
import { incidentWhere, measureWhere } from '../src/state/where';
import { change, noRows, type TailRow } from '../src/tail/rows';

beforeAll(() => {
  vi.stubGlobal('location', { pathname: '/dashboard' });
});

const minute = 60_000;
const name = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => text.isWellFormed());
const between: fc.Arbitrary<Between> = fc
  .record({ from: fc.integer({ min: 0, max: 4e12 }), length: fc.integer({ min: 1, max: 60 * 24 * 60 * minute }) })
  .map(({ from, length }) => ({ from, to: from + length }));
const range: fc.Arbitrary<Range> = fc.oneof(fc.constantFrom(...presetNames), between);
const view: fc.Arbitrary<View> = fc.record({
  site: fc.option(name),
  device: fc.option(name),
  range,
  measure: name,
  live: fc.boolean(),
});

describe('an address', () => {
  test('says all of a view', () => {
    fc.assert(
      fc.property(view, (shown) => {
        const { search } = new URL(addressOf(shown), 'http://localhost/dashboard');
        expect(parseView(search)).toEqual(shown);
      }),
    );
  });

  test('that makes no sense is one of the usual view', () => {
    const key = fc.constantFrom('site', 'device', 'range', 'from', 'to', 'measure', 'live', 'x');
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.string())), (pairs) => {
        const { range, measure } = parseView(String(new URLSearchParams(pairs)));
        expect(bucketOf(range).ms).toBeGreaterThan(0);
        expect(measure).not.toBe('');
      }),
    );
    expect(parseView('?from=2026-01-02&to=2026-01-01&range=9y').range).toBe('24h');
  });
});

describe('a range', () => {
  test('has buckets enough, but not too many', () => {
    fc.assert(
      fc.property(between, (range) => {
        const buckets = (range.to - range.from) / bucketOf(range).ms;
        expect(buckets).toBeLessThanOrEqual(100);
        if (range.to - range.from > 100_000) expect(buckets).toBeGreaterThan(9);
      }),
    );
  });

  test('keeps its length when it moves, and its middle when it grows', () => {
    fc.assert(
      fc.property(between, fc.double({ min: -3, max: 3, noNaN: true }), (range, by) => {
        fc.pre(range.to - range.from >= 10_000);
        const length = range.to - range.from;
        const moved = move(range, { by });
        expect(Math.abs(moved.to - moved.from - length)).toBeLessThanOrEqual(1);
        expect(Math.abs(moved.from - range.from - by * length)).toBeLessThanOrEqual(1);
        const grown = move(range, { zoom: 2 });
        expect(Math.abs(grown.from + grown.to - range.from - range.to)).toBeLessThanOrEqual(1);
        expect(Math.abs(grown.to - grown.from - 2 * length)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

test('a filter has no null and nothing undefined in it, and always a bound on time', () => {
  fc.assert(
    fc.property(view, (shown) => {
      for (const where of [measureWhere(shown), incidentWhere(shown)]) {
        expect(JSON.parse(JSON.stringify(where))).toStrictEqual(where);
        expect(JSON.stringify(where)).not.toMatch(/:null[,}]/);
      }
      expect(measureWhere(shown).occurredAt).toEqual(during(shown.range));
    }),
  );
});

test('a stack has the severities above each other, and in all what was counted', () => {
  const group = fc.record({
    key: fc.record({ severity: fc.constantFrom(...severities) }),
    bucket: fc.integer({ min: 0, max: 5 }).map((hour) => `2026-01-01T0${hour}:00:00Z`),
    count: fc.nat(1000),
  });
  const groups = fc.uniqueArray(group, { selector: ({ key, bucket }) => `${key.severity} ${bucket}` });
  fc.assert(
    fc.property(groups, (groups) => {
      const stack = stackOf(groups);
      const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
      expect(sum(stack.totals)).toBe(sum(groups.map(({ count }) => count)));
      expect(stack.times).toEqual([...stack.times].sort((a, b) => a - b));
      const layers = layersOf(stack);
      expect(layers[0]?.tops).toEqual(stack.totals);
      expect(layers.at(-1)?.tops).toEqual(stack.counts.get('CRITICAL'));
      layers.forEach(({ severity, tops }, i) => {
        const below = layers[i + 1]?.tops ?? tops.map(() => 0);
        expect(tops.map((top, at) => top - (below[at] ?? 0))).toEqual(stack.counts.get(severity));
      });
    }),
  );
});

test('the tail shows the newest rows first, and no more than it can', () => {
  const messages = fc.array(fc.record({ size: fc.nat(90), areMissed: fc.boolean() }));
  fc.assert(
    fc.property(messages, (messages) => {
      let next = 0;
      let state = change(noRows, { type: 'listed', rows: [] });
      for (const { size, areMissed } of messages) {
        const rows = Array.from({ length: size }, () => ({ id: String(next++) }) as TailRow);
        state = change(state, { type: 'added', rows, areMissed });
      }
      const ids = Array.from({ length: Math.min(next, 200) }, (_, i) => String(next - 1 - i));
      expect(state.rows.map(({ id }) => id)).toEqual(ids);
      expect(state.missed).toBe(messages.reduce((sum, { size, areMissed }) => sum + (areMissed ? size : 0), 0));
    }),
  );
});
