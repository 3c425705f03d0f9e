import { readFile } from 'node:fs/promises';
import { createTestApi, type TestApi } from './api.ts';
import { createEmptyDatabase, type TestDatabase } from './database.ts';
import type { Listed } from './lists.ts';

/** A relation that holds the sample rows, with its list. */
export interface Shape extends Listed {
  readonly what: string;
  readonly relation: string;
}

/** The columns of every shape by which a list can be ordered; the API calls them the same. */
export const orderable: readonly string[] = [
  ...['label', 'grade', 'seen', 'score', 'word', 'folded', 'ratio', 'amount', 'mood', 'doc', 'span', 'tags'],
];

/** The fields of every shape; without `ratio`, which may be a number that JSON does not have. */
const common = [...orderable.filter((name) => name !== 'ratio'), 'raw', 'parentId'];

const shape = (what: string, name: string, own: readonly string[] = []): Shape => ({
  what,
  relation: `${name}_row`,
  list: `${name}Rows`,
  type: `${name.charAt(0).toUpperCase()}${name.slice(1)}Row`,
  fields: [...common, ...own],
});

export const shapes: readonly Shape[] = [
  shape('a table with a primary key', 'key', ['rowId']),
  shape('a table with a primary key of two columns', 'pair', ['side', 'number']),
  shape('a table with no key but a unique column', 'serial', ['serial']),
  shape('a table whose only unique column may be null', 'maybe', ['code']),
  shape('a table without any key', 'bare'),
  shape('a table whose key is not granted', 'hidden'),
  shape('a table of which the key and some columns are granted', 'shown', ['rowId']),
  shape('a partitioned table without a key', 'parted'),
  shape('a view', 'view'),
  shape('a view with a declared key', 'keyed', ['rowId']),
  shape('a materialized view', 'stored'),
];

export interface ShapesDatabase {
  /** The API as a role that owns nothing. */
  readonly api: TestApi;
  /** Runs SQL as the owner. */
  readonly admin: TestDatabase['admin'];
  readonly close: () => Promise<void>;
}

/** Makes all the shapes in a database of their own. */
export async function createShapes(): Promise<ShapesDatabase> {
  const { connection, admin, drop } = await createEmptyDatabase();
  await admin(await readFile(new URL('shapes.sql', import.meta.url), 'utf8'));
  const role = connection.user;
  await admin(`
    grant usage on schema events to ${role};
    grant select on all tables in schema events to ${role};
    revoke select on events.hidden_row, events.shown_row from ${role};
    grant select (${granted}) on events.hidden_row to ${role};
    grant select (${granted}, id) on events.shown_row to ${role};`);
  const api = await createTestApi(connection);
  return {
    api,
    admin,
    async close() {
      await api.close();
      await drop();
    },
  };
}

const granted = [...orderable, 'raw', 'parent_id'].join(', ');
