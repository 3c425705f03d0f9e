import { access, constants, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

test('the required version of azd deletes only the resource group that it created', async () => {
  const text = await readFile(new URL('../../azure.yaml', import.meta.url), 'utf8');
  const [, major = 0, minor = 0] = /^requiredVersions:\n(?: +#.*\n)* {2}azd: '>= (\d+)\.(\d+)\.\d+'$/m.exec(text) ?? [];
  expect([Number(major), Number(minor)]).toEqual([1, expect.toSatisfy((version: number) => version >= 25)]);
  const docs = await readFile(new URL('../../docs/deploy.md', import.meta.url), 'utf8');
  expect(docs).toContain(`You need azd ${major}.${minor}.`);
});

test('hooks are executable scripts, whose output stays on the terminal', async () => {
  const text = await readFile(new URL('../../azure.yaml', import.meta.url), 'utf8');
  const hooks = [...text.matchAll(/^( +)run: (.+)\n(.*)$/gm)];
  expect(hooks.map(([, , path]) => path)).toEqual(
    ['preflight', 'present', 'grant', 'verify', 'leftovers', 'grant'].map((name) => `infra/hooks/${name}.sh`),
  );
  for (const [, indent, path, next] of hooks) {
    expect(next).toBe(`${indent}interactive: true`);
    await access(new URL(`../../${path}`, import.meta.url), constants.X_OK);
  }
});
