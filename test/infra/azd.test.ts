import { access, constants, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { run } from './scripts.ts';

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
    ['preflight', 'present', 'verify', 'leftovers', 'grant'].map((name) => `infra/hooks/${name}.sh`),
  );
  for (const [, indent, path, next] of hooks) {
    expect(next).toBe(`${indent}interactive: true`);
    await access(new URL(`../../${path}`, import.meta.url), constants.X_OK);
  }
});

interface Hook {
  readonly run: string;
}

interface Project {
  readonly hooks: Readonly<Record<string, Hook | readonly Hook[]>>;
  readonly services: { readonly api: { readonly hooks: Readonly<Record<string, Hook>> } };
  readonly workflows: { readonly up: { readonly steps: readonly { readonly azd: string }[] } };
}

test('azd up starts no job with the previous image, which lacks the new SQL files', async () => {
  const text = await readFile(new URL('../../azure.yaml', import.meta.url), 'utf8');
  const { hooks, services, workflows }: Project = parse(text);
  const jobs = { AZURE_RESOURCE_GROUP: 'g', MIGRATE_JOB_NAME: 'm', GRANT_JOB_NAME: 'g', DOCTOR_JOB_NAME: 'd' };
  let image = 'previous';
  const images = workflows.up.steps.flatMap(({ azd: step }) => {
    const command = step.split(' ')[0];
    if (command === 'publish') image = 'published';
    const after = [hooks[`post${command}`], services.api.hooks[`post${command}`]].flatMap((hook) => hook ?? []);
    return after.flatMap(({ run: path }) => {
      const environment = { ...jobs, SERVICE_API_IMAGE_NAME: image };
      const { status, calls } = run(path.replace('infra/', ''), environment, [['execution show', 'echo Succeeded']]);
      expect(status).toBe(0);
      return calls.flatMap((call) => call.match(/--image (\S+)/)?.[1] ?? []);
    });
  });
  expect(images).toEqual(['published', 'published', 'published']);
});
