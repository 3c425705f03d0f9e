import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readManifests } from '../../src/documents/manifest.ts';
import { setUp } from '../support/setUp.ts';

const folder = new URL('../../examples/grafana/', import.meta.url);
const read = (path: string) => readFile(new URL(path, folder), 'utf8');

interface Column {
  readonly selector: string;
  readonly type: 'string' | 'number' | 'timestamp';
}

/** A query of a panel: of the Infinity data source if it has `columns`, of Wild GraphQL if it has `parsingOptions`. */
interface Target {
  readonly datasource: { readonly uid: string; readonly type: string };
  readonly url?: string;
  readonly url_options?: { readonly method: string; readonly body_content_type: string; readonly data: string };
  readonly root_selector?: string;
  readonly columns?: readonly Column[];
  readonly queryText?: string;
  readonly variables?: object;
  readonly parsingOptions?: readonly {
    readonly dataPath: string;
    readonly timeFields: readonly { timePath: string }[];
  }[];
}

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly Target[] }[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly options: readonly { value: string }[] }[];
  };
}

const dashboard = JSON.parse(await read('dashboards/telemetry.json')) as Dashboard;
const targets = dashboard.panels.flatMap(({ title, targets }) => targets.map((target) => ({ title, target })));
const every = dashboard.templating.list.find(({ name }) => name === 'every')?.options.map(({ value }) => value) ?? [];

const { entries: documents } = await readManifests([new URL('documents', folder).pathname]);
const open = await setUp();
const closed = await setUp({ documents, config: { documents: { paths: [], persistedOnly: true, strict: true } } });

const day = 86_400_000;
const { rows } = await open.database.admin<{ end: Date }>('select max(occurred_at) as end from events.event');
const end = rows[0]?.end ?? new Date();

/** Fills in the values of Grafana's variables. */
const interpolated = (text: string, length: string): string =>
  text
    .replaceAll(/\$\{__from:date:iso\}/g, new Date(end.getTime() - day).toISOString())
    .replaceAll(/\$\{__to:date:iso\}/g, end.toISOString())
    .replaceAll('$every', length);

/** Returns the value at a dotted path. */
const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((part, key) => (part as Record<string, unknown>)?.[key], value);

/**
 * Returns the body that a data source sends. Wild GraphQL fills in values only in `variables`, and adds some of its
 * own.
 */
function bodyOf({ url_options: options, queryText: query, variables }: Target, length: string): string {
  if (options) return interpolated(options.data, length);
  const given = JSON.parse(interpolated(JSON.stringify(variables), length)) as object;
  const own = { from: end.getTime() - day, to: end.getTime(), interval_ms: 60_000, maxDataPoints: 500, refId: 'A' };
  return JSON.stringify({ query, variables: { ...own, ...given } });
}

async function send({ target, length }: { readonly target: Target; readonly length: string }) {
  const { url_options: options, url = '/graphql' } = target;
  const { app } = options ? closed.api : open.api;
  const response = await app.fetch(`http://localhost${url}`, {
    method: options?.method ?? 'POST',
    headers: { 'content-type': options?.body_content_type ?? 'application/json' },
    body: bodyOf(target, length),
  });
  const answer = (await response.json()) as { readonly data?: unknown; readonly errors?: unknown };
  expect(answer.errors).toBeUndefined();
  return answer;
}

const cases = targets.flatMap(({ title, target }) => every.map((length) => ({ title, target, length })));

test.each(cases.filter(({ target }) => target.columns))(
  '$title ($length) has its columns',
  async ({ target, length }) => {
    const found = at(await send({ target, length }), target.root_selector ?? '') as readonly unknown[];
    expect(found.length).toBeGreaterThan(0);
    for (const { selector, type } of target.columns ?? []) {
      const values = found.map((row) => at(row, selector));
      if (type === 'timestamp') expect(values.map((value) => Date.parse(String(value)))).not.toContain(Number.NaN);
      else for (const value of values) expect(value, selector).toBeTypeOf(type);
    }
  },
);

test.each(cases.filter(({ target }) => target.parsingOptions))(
  '$title ($length) has its times',
  async ({ target, length }) => {
    const { data } = await send({ target, length });
    for (const { dataPath, timeFields } of target.parsingOptions ?? []) {
      const found = at(data, dataPath) as readonly unknown[];
      expect(found.length).toBeGreaterThan(0);
      for (const { timePath } of timeFields)
        expect(found.map((row) => Date.parse(String(at(row, timePath))))).not.toContain(Number.NaN);
    }
  },
);

test('the panels use both data sources, which are provisioned', async () => {
  const { datasources } = parse(await read('provisioning/datasources/events.yaml')) as {
    readonly datasources: readonly { readonly uid: string; readonly type: string }[];
  };
  const provisioned = datasources.map(({ uid, type }) => ({ uid, type }));
  const asked = targets.map(({ target }) => target.datasource);
  expect(provisioned).toHaveLength(2);
  for (const source of provisioned) expect(asked).toContainEqual(source);
  for (const source of asked) expect(provisioned).toContainEqual(source);
});

test('every document is used', () => {
  const asked = targets.flatMap(({ target }) => (target.url_options ? [JSON.parse(target.url_options.data)] : []));
  expect(asked.map(({ documentId }) => documentId).toSorted()).toEqual(documents.map(({ id }) => id).toSorted());
});
