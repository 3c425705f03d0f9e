import fc from 'fast-check';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { layersOf, stackOf } from '../src/charts/stack';
import { measured, stepped } from '../src/state/format';
import { type Between, bucketOf, during, isPossible, longest, move, presetNames, type Range } from '../src/state/range';
import { severities, toggled } from '../src/state/severities';
import { addressOf, readAddress, usualView, type View } from '../src/state/view';
import { incidentWhere, measureWhere } from '../src/state/where';
import { change, noRows, type TailRow } from '../src/tail/rows';

beforeAll(() => {
  vi.stubGlobal('location', { pathname: '/dashboard' });
});

const name = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => text.isWellFormed());
const between: fc.Arbitrary<Between> = fc
  .record({ from: fc.integer({ min: 0, max: 4e12 }), length: fc.integer({ min: 1, max: longest }) })
  .map(({ from, length }) => ({ from, to: from + length }));
const range: fc.Arbitrary<Range> = fc.oneof(fc.constantFrom(...presetNames), between);
const view: fc.Arbitrary<View> = fc.record({
  site: fc.option(name),
  device: fc.option(name),
  severities: fc.subarray([...severities]),
  range,
  measure: name,
  live: fc.boolean(),
});

describe('an address', () => {
  test('says all of a view', () => {
    fc.assert(
      fc.property(view, (shown) => {
        const { search } = new URL(addressOf(shown), 'http://localhost/dashboard');
        expect(readAddress(search)).toEqual({ view: shown, faults: [] });
      }),
    );
  });

  test('that asks for what there is not says so, and is otherwise as usual', () => {
    const key = fc.constantFrom('severity', 'range', 'from', 'to', 'live', 'x');
    const words = fc.constantFrom(
      '1h',
      'banana',
      'error',
      'error,banana',
      'off',
      'on',
      '2026-01-01',
      '2099-01-01',
      '1',
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(key, fc.oneof(words, fc.string())), { selector: ([key]) => key }),
        (pairs) => {
          const { view, faults } = readAddress(String(new URLSearchParams(pairs)));
          const said = new URLSearchParams(addressOf(view).replace(/^[^?]*/, ''));
          // Whatever is not in the address of what is shown was refused, with a word about it, or is as usual anyway.
          const isUsual = ([key, text]: readonly [string, string]) =>
            text === '' || `${key}=${text}` === 'range=24h' || `${key}=${text}` === 'live=on';
          const isRangeNamed = pairs.some(([key, text]) => key === 'range' && text !== '');
          const lost = pairs.filter(
            (pair) => !isUsual(pair) && !said.has(pair[0]) && !(isRangeNamed && ['from', 'to'].includes(pair[0])),
          );
          if (faults.length === 0) expect(lost).toEqual([]);
          expect(bucketOf(view.range).ms).toBeGreaterThan(0);
        },
      ),
    );
  });

  test.each([
    ['?range=banana', 'There is no range “banana”'],
    ['?range=constructor', 'There is no range “constructor”'],
    ['?severity=,', 'There is no severity “'],
    ['?from=2026-01-02&to=2026-01-01', 'it ends before it begins'],
    ['?from=yesterday&to=2026-01-01', 'both must be times'],
    ['?from=2026-01-01', 'both must be times'],
    ['?from=1770-01-01&to=2226-01-01', 'five years long at most'],
    ['?severity=loud', 'There is no severity “loud”'],
    ['?live=maybe', 'Live is “on” or “off”'],
    ['?sight=S01', '“sight”, which this page does not know'],
  ])('%s', (search, words) => {
    const { view, faults } = readAddress(search);
    expect(view).toEqual(usualView);
    expect(faults).toEqual([expect.stringContaining(words)]);
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

  test('keeps its length when it moves, and its middle when it grows, unless that would pass now', () => {
    fc.assert(
      fc.property(between, fc.double({ min: -3, max: 3, noNaN: true }), (range, by) => {
        fc.pre(range.to - range.from >= 10_000 && range.from > 3 * longest && range.to - range.from < longest / 2);
        const length = range.to - range.from;
        const moved = move(range, { by });
        expect(Math.abs(moved.to - moved.from - length)).toBeLessThanOrEqual(1);
        expect(Math.abs(moved.from - range.from - by * length)).toBeLessThanOrEqual(1);
        const grown = move(range, { zoom: 2 });
        expect(Math.abs(grown.to - grown.from - 2 * length)).toBeLessThanOrEqual(1);
        if (range.to + length < Date.now())
          expect(Math.abs(grown.from + grown.to - range.from - range.to)).toBeLessThanOrEqual(1);
        else expect(grown.to).toBeLessThanOrEqual(Math.max(range.to, Date.now()));
      }),
    );
  });

  test('stays one that can be shown, however often it is moved and grows', () => {
    const step = fc.constantFrom({ by: -0.5 }, { by: 0.5 }, { zoom: 2 }, { zoom: 0.5 });
    fc.assert(
      fc.property(range, fc.array(step, { maxLength: 60 }), (start, steps) => {
        const end = steps.reduce<Range>(move, start);
        if (typeof end !== 'string') expect(isPossible(end)).toBe(true);
        expect(bucketOf(end).ms).toBeGreaterThan(0);
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

test('a value of the database has all of its digits, a calculated one its whole number at least', () => {
  const digits = (text: string) => text.replaceAll(/[^\d.-]/g, '');
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat(999), (whole, thousandths) => {
      const text = `${whole}.${String(thousandths).padStart(3, '0')}`;
      expect(digits(measured(text))).toBe(text.replace(/\.?0+$/, ''));
    }),
  );
  expect(digits(measured(123_456_789.1))).toBe('123456789.1');
  expect(digits(measured(0.001234))).toBe('0.001234');
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (value) => {
      expect(Math.abs(Number(digits(measured(value))) - value)).toBeLessThan(Math.max(0.001, value / 1000));
    }),
  );
});

test('labels of an axis differ', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -9, max: 9 }),
      fc.constantFrom(1, 2, 2.5, 5),
      fc.nat(1000),
      (power, factor, first) => {
        const step = factor * 10 ** power;
        const labels = stepped(
          [0, 1, 2, 3].map((i) => (first + i) * step),
          step,
        );
        expect(new Set(labels).size).toBe(4);
      },
    ),
  );
});

test('a severity is chosen by the first click and no longer by the second', () => {
  fc.assert(
    fc.property(fc.subarray([...severities]), fc.constantFrom(...severities), (chosen, one) => {
      expect(toggled(chosen, one).includes(one)).toBe(!chosen.includes(one));
      expect(toggled(toggled(chosen, one), one)).toEqual(chosen);
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
