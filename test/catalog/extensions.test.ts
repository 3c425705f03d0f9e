import { isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { createTestApi } from '../support/api.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { setUpDatabase } from '../support/setUp.ts';

const database = await setUpDatabase({
  database: createEmptyDatabase,
  prepare: `
    create schema events;
    create extension pg_stat_statements schema events;
    create extension pg_buffercache schema events;
    create table events.kept (kept_id int primary key);
    create table events.lookup (lookup_id int primary key, note_id int);
    create table events.note (note_id int primary key, lookup_id int references events.lookup);
    alter extension pg_buffercache add table events.lookup;
    comment on view events.pg_buffercache is E'What is in memory.\\n@expose'`,
});
async function listsOf(): Promise<readonly string[]> {
  const api = await createTestApi(database.connection);
  const query = api.api.schema.getQueryType()?.getFields() ?? {};
  const note = api.api.schema.getType('Note');
  const fields = isObjectType(note) ? Object.keys(note.getFields()) : [];
  await api.close();
  return [...Object.keys(query), ...fields].filter((name) => !name.endsWith('Aggregate'));
}

test('tables of extensions are served if their comment exposes them, and so are relations to them', async () => {
  expect(await listsOf()).toEqual([
    ...['kept', 'kepts', 'node', 'nodes', 'note', 'notes', 'pgBuffercaches'],
    ...['id', 'lookupId', 'noteId'],
  ]);
  await database.admin(`comment on table events.lookup is '@expose'`);
  expect(await listsOf()).toEqual([
    ...['kept', 'kepts', 'lookup', 'lookups', 'node', 'nodes', 'note', 'notes', 'pgBuffercaches'],
    ...['id', 'lookup', 'lookupId', 'noteId'],
  ]);
});

test('a schema with only tables of extensions has nothing to read', async () => {
  await database.admin(`
    create schema monitoring; create extension pg_visibility schema monitoring;
    create table monitoring.made (a int); alter extension pg_visibility add table monitoring.made`);
  await database.grantAll(database.connection, 'monitoring');
  await expect(createTestApi(database.connection, { schema: 'monitoring' })).rejects.toThrow(
    /no table to read in the schema "monitoring": all tables are hidden/,
  );
});
