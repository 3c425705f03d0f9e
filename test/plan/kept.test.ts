import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { setUp } from '../support/setUp.ts';

const { plans } = (await setUp()).api.api;

test('plans are kept up to a total number of fields, whatever the variants and documents', () => {
  const fields = (i: number) => Array.from({ length: 300 }, (_, j) => `f${j}_${i}: serial`).join(' ');
  const operations = Array.from({ length: 10 }, (_, i) => {
    const document = parse(`query ($first: Int) { devices(first: $first) { nodes { ${fields(i)} } } }`);
    const found = plans.of(document, null, true);
    if (!found) throw new Error('There is no plan');
    return found;
  });
  const [one] = operations;
  const first = one?.with({ first: 1 });
  expect(one?.with({ first: 1 })).toBe(first);
  for (const operation of operations) for (let i = 1; i <= 16; i++) operation.with({ first: i });
  expect(operations.at(-1)?.with({ first: 16 })).toBe(operations.at(-1)?.with({ first: 16 }));
  expect(one?.with({ first: 1 })).not.toBe(first);
});

test('a plan is not kept if its document has too many comments', () => {
  const found = plans.of(parse(`{ devices { nodes { serial } } } ${'#\n'.repeat(100_000)}`), null, true);
  expect(found?.with({})).not.toBe(found?.with({}));
});
