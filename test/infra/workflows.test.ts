import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const folder = new URL('../../.github/workflows/', import.meta.url);
const workflows = readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const);

/** Returns the actions of a workflow, as they are written. */
const actionsOf = (text: string) => [...text.matchAll(/\buses:[ \t]*(.*)/g)].map(([, action = '']) => action);

/** An action pinned to a commit, which unlike a tag cannot be moved, with the version that Dependabot reads. */
const pinned = /^[\w.-]+(?:\/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

describe.each(workflows)('%s', (_, text) => {
  test('every action is pinned to a commit', () => {
    expect(actionsOf(text).filter((action) => !pinned.test(action))).toEqual([]);
    expect(actionsOf(text)).not.toEqual([]);
  });

  test('the workflow has read permissions only, except where a job states more', () => {
    expect(parse(text).permissions).toEqual({ contents: 'read' });
  });
});

test("the image states the package's version", () => {
  const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  expect(read('Dockerfile')).toContain(`ARG VERSION=${JSON.parse(read('package.json')).version}\n`);
});

test('an action has the same version in all workflows', () => {
  const actions = new Set(workflows.flatMap(([, text]) => actionsOf(text)));
  const names = [...actions].map((action) => action.split('@')[0]);
  expect(names.length).toBe(new Set(names).size);
});

test.each([
  'actions/checkout@v7',
  'actions/checkout@3d3c42e',
  'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1',
  'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # main',
  './.github/actions/own',
])('the action %s is not pinned', (action) => {
  expect(action).not.toMatch(pinned);
});
