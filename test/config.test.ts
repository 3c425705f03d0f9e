import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { telemetryVariables, variables } from '../src/config/variables.ts';

const page = readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8');
const documented = [...page.matchAll(/^\| ((?:`[A-Z_]+` ?)+)\|/gm)].flatMap(
  ([, names = '']) => names.match(/[A-Z_]+/g) ?? [],
);

test('the page on the configuration has a row for every variable, and no other', () => {
  const own = documented.filter((name) => !name.startsWith('OTEL_'));
  expect(own.toSorted()).toEqual(Object.keys(variables.shape).toSorted());
  expect(Object.keys(telemetryVariables.shape)).toEqual(
    expect.arrayContaining(documented.filter((name) => name.startsWith('OTEL_'))),
  );
});

test('the defaults on the page are those of the server', () => {
  const defaults = new Map(
    [...page.matchAll(/^\| `([A-Z_]+)` \| `?([^`;|]+?)`? \|/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  const set = variables.parse({}) as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(set))
    if (value !== '') expect([name, defaults.get(name)]).toEqual([name, String(value)]);
});

// DATABASE_URL is not a choice of its own: it is another way to set seven variables.
test('at most 46 variables are read, so a new one replaces an old one', () => {
  const message = 'let the new variable follow from another, or take the place of one that nobody needs';
  expect(Object.keys(variables.shape).length, message).toBeLessThanOrEqual(46);
});
