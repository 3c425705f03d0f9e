import { readFile } from 'node:fs/promises';
import { createEmptyDatabase, type TestDatabase } from './database.ts';
import type { Listed } from './lists.ts';

/** A relation with the sample rows, and its list. */
export interface Shape extends Listed {
  readonly what: string;
  readonly relation: string;
}

/** Columns by which every shape's list can be ordered, with the same names in the API. */
export const orderable: readonly string[] = [
  ...['label', 'grade', 'seen', 'score', 'word', 'folded', 'ratio', 'amount', 'mood', 'doc', 'span', 'tags'],
];

/** Fields of every shape, without `ratio`, which JSON cannot always express. */
const common = [...orderable.filter((name) => name !== 'ratio'), 'raw', 'parentId'];

const shape = (what: string, name: string, own: readonly string[] = []): Shape => ({
  what,
  relation: `${name}_row`,
  list: `${name}Rows`,
  type: `${name.charAt(0).toUpperCase()}${name.slice(1)}Row`,
  fields: [...common, ...own],
});

export const shapes: readonly [Shape, ...Shape[]] = [
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

/** Creates all shapes in their own database, which the role of its connection may read. */
export async function createShapes(): Promise<TestDatabase> {
  const database = await createEmptyDatabase();
  await database.admin(await readFile(new URL('shapes.sql', import.meta.url), 'utf8'));
  await database.grantAll(database.connection);
  const granted = [...orderable, 'raw', 'said', 'parent_id'].join(', ');
  const { user } = database.connection;
  await database.admin(`
    revoke select on events.hidden_row, events.shown_row from ${user};
    grant select (${granted}) on events.hidden_row to ${user};
    grant select (${granted}, id) on events.shown_row to ${user}`);
  return database;
}
