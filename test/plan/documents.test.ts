import { readFile } from 'node:fs/promises';
import { type DocumentNode, graphqlSync, Kind, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { questions } from '../../bench/questions.ts';
import { plausibleVariables } from '../../src/commands/check/variables.ts';
import { sampleExtensions } from '../../src/dev/embedded/embedded.ts';
import { introspectionQuery } from '../../src/graphiql/lists.js';
import { readyTabs } from '../../src/graphiql/readyTabs.js';
import { obstacleTo } from '../../src/plan/run.ts';
import { importExtensions } from '../../src/schema/extensions/folder.ts';
import { setUp } from '../support/setUp.ts';

const { api } = await setUp({ extensions: await importExtensions([sampleExtensions]) });
/** The same API without the sample's extension, whose fields have their own resolvers. */
const { api: plain } = await setUp();
const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Returns, for each query of a document, the field that prevents a plan, if any. */
function obstaclesIn(document: DocumentNode, { schema, plans } = api.api) {
  return document.definitions.flatMap((operation) => {
    if (operation.kind !== Kind.OPERATION_DEFINITION || operation.operation === 'subscription') return [];
    const found = plans.of(document, operation.name?.value, true);
    return [found && obstacleTo(found, plausibleVariables(schema, operation))];
  });
}

describe('every query has a plan', () => {
  test('every query of the dashboard has a plan', async () => {
    const manifest = JSON.parse(await read('examples/dashboard/src/gql/persisted-documents.json')) as object;
    const found = Object.values(manifest).flatMap((text: string) => obstaclesIn(parse(text)));
    expect(found.length).toBeGreaterThan(3);
    expect(found.filter(Boolean)).toEqual([]);
  });

  test("every query of GraphiQL's tabs has a plan", () => {
    const { data } = graphqlSync({ schema: plain.api.schema, source: introspectionQuery });
    const { __schema } = data as unknown as { __schema: Parameters<typeof readyTabs>[0] };
    const found = readyTabs(__schema).flatMap(({ query }) => obstaclesIn(parse(query), plain.api));
    expect(found.length).toBeGreaterThan(1);
    expect(found.filter(Boolean)).toEqual([]);
  });

  test('every query of the README has a plan', async () => {
    const [, body = ''] = /-d '(\{.*?\})'/s.exec(await read('README.md')) ?? [];
    const { query } = JSON.parse(body) as { query: string };
    expect(obstaclesIn(parse(query))).toEqual([null]);
  });

  test.each(questions.filter(({ writes }) => !writes).map(({ name, request }) => [name, request] as const))(
    'every query of the benchmark has a plan: %s',
    (_, request) => {
      const facts = {
        deviceId: crypto.randomUUID(),
        rows: 1,
        from: '2026-01-01T00:00:00Z',
        until: '2026-02-01T00:00:00Z',
      };
      const found = obstaclesIn(parse(request('ours', facts, 'x')?.query ?? ''));
      expect(found).toEqual([null]);
    },
  );
});
