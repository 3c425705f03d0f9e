import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleExtensions } from '../../src/dev/embedded/embedded.ts';
import { importExtensions } from '../../src/schema/extensions/folder.ts';
import { unlimited } from '../support/config.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { patience, runs } from '../support/property.ts';
import { argumentForms, generateQuery } from '../support/queries.ts';
import { setUp } from '../support/setUp.ts';
import { createTwoWays, differenceOf, kindsIn, valuesOf } from '../support/twoWays.ts';
import { setUpOdd } from './odd.ts';

const reference = await setUp({
  extensions: await importExtensions([sampleExtensions]),
  config: { requestLimits: unlimited, limits: { defaultSize: 4, maxSize: 20 } },
});

const odd = await setUpOdd({ requestLimits: unlimited, limits: { defaultSize: 4, maxSize: 20 } });
const functions = await setUp({
  database: createEmptyDatabase,
  prepare: async (database) => {
    await database.admin(await readFile(new URL('../schema/functions.sql', import.meta.url), 'utf8'));
    await database.grantAll(database.connection, 'calls');
  },
  schema: 'calls',
  config: { requestLimits: unlimited, limits: { defaultSize: 4, maxSize: 20 } },
});
// The API does not know of these changes: NOT NULL columns that now have nulls, rows that may no longer be read, and a
// new label.
await odd.database.admin(`
  alter table odd.promised alter column always drop not null;
  insert into odd.promised values (2, null, null), (3, 'three', '{a,null}');
  insert into odd.promising values (2, 2), (3, 3);
  revoke select on odd.withdrawn from ${odd.database.connection.user};
  alter type odd.mood add value 'newer than the API';`);
await odd.api.served.check();
await odd.database.admin(`update odd.every_scalar set mood = 'newer than the API' where id = 3`);

const ran = new Map<string, number>();
const count = (names: Iterable<string>) => {
  for (const name of names) ran.set(name, (ran.get(name) ?? 0) + 1);
};

describe.each([
  ['the reference schema', reference, 50],
  ['an odd schema', odd, 70],
  ['a schema of functions', functions, 70],
])('a plan answers as the executor does, over %s', async (_, { api }, usual) => {
  const values = await valuesOf(api);
  const { schema } = api.api;
  const ask = createTwoWays(api, {
    requestLimits: unlimited,
    limits: { defaultSize: 4, maxSize: 20 },
  });

  test('a plan answers random queries like the executor', { timeout: patience }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const query = generateQuery(g, schema, values);
        const answers = await ask(query);
        expect({ query, difference: differenceOf(answers) }).toEqual({ query, difference: null });
        const others = await ask({ ...query, variables: query.others });
        expect({ query, difference: differenceOf(others) }).toEqual({ query, difference: null });
        if (answers.interpreter) count([answers.interpreter]);
        if (answers.interpreter === 'plan') count([...kindsIn(schema, query.text), ...query.forms]);
      }),
      runs(usual),
    );
  });
});

test('plans ran for every kind of field, and arguments of every form', () => {
  const kinds = [
    ...['column', 'list of values', 'joined row', 'loaded row', 'lookup', 'node', 'nodes', 'list', 'edges', 'cursor'],
    ...['pageInfo', 'hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor', 'totalCount', 'approximateCount'],
    ...['aggregate', 'count', 'of', 'of a column', 'measure', 'key', 'bucket', 'parts'],
    ...['bucketEpochMs', 'countChange', 'previous'],
    ...['computed value', 'called value'],
    ...['order by relation', 'order by aggregate', 'distinct list'],
  ];
  expect([...kinds, ...argumentForms].filter((name) => !ran.has(name))).toEqual([]);
  expect((ran.get('executor') ?? 0) / (ran.get('plan') ?? 0)).toBeLessThan(0.2);
});
