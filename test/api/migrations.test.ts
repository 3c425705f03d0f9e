import { getNamedType, isObjectType } from 'graphql';
import { expect, inject, test } from 'vitest';
import { createDice } from '../hostile/dice.ts';
import { createTestApi, type TestApi } from '../support/api.ts';
import { heldOf } from '../support/garbage.ts';
import { setUpDatabase } from '../support/setUp.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Size and seed of `npm run soak:schema`. */
    readonly migrations?: { readonly count: number; readonly seed: number };
  }
}

const { count, seed } = inject('migrations') ?? { count: 8, seed: Date.now() % 1e9 };
const tables = [1, 2, 3, 4].map((n) => `churn_${n}`);
const database = await setUpDatabase({ prepare: tables.map(create).join('; ') });

function create(table: string): string {
  return `create table events.${table} (${table}_id int primary key, kept int, at timestamptz default now());
    insert into events.${table} (${table}_id, kept) select n, n from generate_series(1, 5) n`;
}

/** Changes that can be made to a table whatever was done to it before. */
const changes: readonly ((table: string, n: number) => string)[] = [
  (table, n) => `alter table events.${table} add column_${n} text default 'x'`,
  (table) => `alter table events.${table} drop if exists kept`,
  (table) => `alter table events.${table} add if not exists kept numeric`,
  (table) => `alter table events.${table} alter at type text`,
  (table) =>
    `alter table events.${table} alter at drop default; alter table events.${table} alter at type timestamptz using at::timestamptz`,
  (table, n) => `comment on table events.${table} is 'as of ${n}'`,
  (table) => `revoke select on events.${table} from ${database.connection.user}`,
  (table, n) =>
    `create index on events.${table} (${table}_id, at); alter table events.${table} add constraint c_${n} check (${table}_id > 0)`,
  (table) =>
    `drop table events.${table}; ${create(table)}; grant select on events.${table} to ${database.connection.user}`,
  (table) => `grant select on events.${table} to ${database.connection.user}`,
];

/** Codes that a request for a changing table may get. */
const passing = ['DATABASE_UNAVAILABLE', 'GRAPHQL_VALIDATION_FAILED', 'FORBIDDEN', 'CANCELLED'];

/** Returns a document for all rows and columns that the API currently has for a table; null if it has none. */
function documentFor(api: TestApi, table: string): string | null {
  const schema = api.served.current()?.schema;
  const list = `${table.replace('_', '')}s`;
  const field = schema?.getQueryType()?.getFields()[list];
  const row = field && schema?.getType(getNamedType(field.type).name.replace(/Connection$/, ''));
  if (!isObjectType(row)) return null;
  return `{ ${list} { totalCount nodes { ${Object.keys(row.getFields()).join(' ')} } } }`;
}

test(`during ${count} migrations under load, two replicas fail no request for a table that does not change`, {
  timeout: 60_000 + count * 5000,
}, async () => {
  console.log(`seed ${seed}`);
  const dice = createDice(seed);
  const pick = <T>(items: readonly T[]): T => items[dice(items.length)] as T;
  const replicas = await Promise.all([1, 2].map(() => createTestApi(database.connection, { apartMs: 0 })));
  /** The tables that the migrations changed, with the current one last. */
  const changed: string[] = [];
  const replaced: Record<string, WeakRef<object>> = {};
  const wrong: unknown[] = [];
  const answers = { good: 0, told: 0 };
  const done = new AbortController();
  const client = async (api: TestApi, n: number) => {
    for (let i = n; !done.signal.aborted; i++) {
      const table = tables[i % (tables.length + 1)];
      const began = changed.length - 1;
      const document =
        table === undefined ? '{ devices(first: 2) { nodes { serial site { name } } } }' : documentFor(api, table);
      if (document === null) {
        await new Promise(setImmediate);
        continue;
      }
      const { errors } = await api.send(document);
      if (!errors) answers.good++;
      else if (
        table !== undefined &&
        changed.slice(Math.max(0, began)).includes(table) &&
        errors.every(({ extensions }) => passing.includes(String(extensions?.['code'])))
      )
        answers.told++;
      else wrong.push({ table, changing: changed.slice(Math.max(0, began)), errors });
    }
  };
  /**
   * Makes every replica compare the schema. A function of its own, so that no variable of the test refers to a replaced
   * API.
   */
  async function followAll(n: number): Promise<void> {
    for (const [i, { served, api }] of replicas.entries()) {
      const before = served.current();
      await served.check();
      if (before && before !== served.current() && before !== api) replaced[`${i} ${n}`] = new WeakRef(before);
    }
  }
  const clients = replicas.flatMap((api) => [0, 1, 2].map((n) => client(api, n)));
  for (let n = 0; n < count; n++) {
    const table = pick(tables);
    changed.push(table);
    await database.admin(pick(changes)(table, n));
    await followAll(n);
  }
  done.abort();
  await Promise.all(clients);
  expect(wrong).toEqual([]);
  expect(answers.good).toBeGreaterThan(count);
  for (const api of replicas) await api.send('{ __typename }'); // Yoga holds the schema of the last request
  expect(Object.keys(replaced).length).toBeGreaterThan(count / 4);
  expect(await heldOf(replaced)).toEqual([]);
  for (const api of replicas) await api.close();
});
