import { afterAll, beforeAll } from 'vitest';
import { createTestApi, type TestApi } from './api.ts';
import { createEmptyDatabase, type TestDatabase } from './database.ts';

/** Serves these tables of the schema `events` to the tests of a block; `open` creates the empty database. */
export function serveTables(tables: string, open: () => Promise<TestDatabase> = createEmptyDatabase) {
  let database: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    database = await open();
    await database.admin(`create schema events; set search_path = events, public; ${tables}`);
    await database.grantAll(database.connection);
    api = await createTestApi(database.connection);
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });
  return {
    get api() {
      return api;
    },
    get database() {
      return database;
    },
  };
}

interface List {
  readonly nodes: readonly Readonly<Record<string, unknown>>[];
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
}

/** Returns the answers of list fields, each as the ids of its rows. */
export const idsOf = (answer: Readonly<Record<string, unknown>>, id: string) =>
  Object.fromEntries(
    Object.entries(answer).map(([name, list]) => [name, (list as List).nodes.map((node) => node[id])]),
  );

/** Reads the ids of all rows of a list, in pages of this size. */
export async function walkIds(
  { api }: { readonly api: TestApi },
  { list, id, order, size }: { list: string; id: string; order: string; size: number },
): Promise<readonly unknown[]> {
  const ids: unknown[] = [];
  for (let after: string | null = null; ids.length < 50; ) {
    const answer: Readonly<Record<'list', List>> = await api.query(
      `query ($after: String) { list: ${list}(first: ${size}, after: $after, orderBy: ${order}) {
        nodes { ${id} } pageInfo { endCursor hasNextPage } } }`,
      { after },
    );
    ids.push(...answer.list.nodes.map((node) => node[id]));
    if (!answer.list.pageInfo.hasNextPage) break;
    after = answer.list.pageInfo.endCursor;
  }
  return ids;
}
