import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { parseJson } from '../../src/schema/json.ts';

const kept = ['1e400', '[-1.50e400]', '{"a":1E+400}', '{"a":[0,2.5e-400]}', '\n 1e400', '[0 , 12345678901234567890]'];

test.each(kept)('a number keeps its digits wherever it stands: %j', (text) => {
  expect(JSON.stringify(parseJson(text))).toBe(text.replaceAll(/\s/g, ''));
});

const number = /^(-?)(0|[1-9]\d{0,19})(?:\.(\d{1,19}))?(?:e([+-]?\d{1,3}))?$/;

/** Writes the exact value of a number in only one way: its digits without zeros at either end, and a power of ten. */
function exactly(text: string): string {
  const [, sign, whole = '', part = '', power = '0'] = number.exec(text) ?? [];
  const digits = `${whole}${part}`.replace(/^0+/, '');
  const short = digits.replace(/0+$/, '');
  return short === '' ? '0' : `${sign}${short}e${Number(power) - part.length + digits.length - short.length}`;
}

test('no number changes its value, wherever its point is', () => {
  fc.assert(
    fc.property(fc.stringMatching(number), (text) => {
      expect(exactly(JSON.stringify(parseJson(text)))).toBe(exactly(text));
    }),
    { numRuns: 2000, examples: [['9007199254.7409931'], ['-0.12345678901234567']] },
  );
});

test('a UUID does not make the parser look at each value', () => {
  const parse = vi.spyOn(JSON, 'parse');
  try {
    parseJson('{"id": "0c4e2f1e-7e1a-4b5e-9e2e-3e4e5e6e7e8e", "at": "2026-01-01T00:00:00Z", "value": 0.5}');
    expect(parse.mock.calls.map(({ length }) => length)).toEqual([1]);
  } finally {
    parse.mockRestore();
  }
});
