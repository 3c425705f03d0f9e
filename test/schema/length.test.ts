import { expect, test } from 'vitest';
import type { Table } from '../../src/catalog/catalog.ts';
import { applyDirectives } from '../../src/catalog/directives.ts';
import { defaultPageLimits } from '../../src/config/limits.ts';
import { printSdl } from '../../src/schema/print.ts';
import { createSchema } from '../../src/schema/schema.ts';
import { catalog, column, foreignKey, table, type, unique } from '../support/catalogs.ts';

/** Counts the lines of the printed schema that a table adds to a schema which has all types that tables share. */
function linesOf(added: Table): number {
  const every = { mayInsert: true, mayUpdate: true };
  const columns = [column('id', every), column('at', { type: type('timestamptz'), ...every })];
  const shared = table('other', columns, {
    primaryKey: ['id'],
    indexes: [unique('other_pkey', ['id'])],
    foreignKeys: [foreignKey('self', ['id'], ['other', ['id']])],
    mayDelete: true,
  });
  const print = (...tables: readonly Table[]) => {
    const directed = applyDirectives(catalog([shared, ...tables]), () => {});
    const schema = createSchema(directed, { limits: defaultPageLimits, extensions: [], warn: () => {} });
    return printSdl(schema).split('\n').length;
  };
  return print(added) - print();
}

test('what a table, its columns, its relations and its writes add to the printed schema', () => {
  const key = { primaryKey: ['id'], indexes: [unique('thing_pkey', ['id'])] };
  const plain = table('thing', ['id', 'a'], key);
  const lines = linesOf(plain);
  const more = (changed: Table) => linesOf(changed) - lines;
  const toOther = foreignKey('to_other', ['a'], ['other', ['id']]);
  const written = (name: string) => column(name, { mayInsert: true, mayUpdate: true });
  expect({
    table: lines,
    column: more(table('thing', ['id', 'a', 'b'], key)),
    firstTime: more(table('thing', ['id', 'a', column('at', { type: type('timestamptz') })], key)),
    relation: more(table('thing', ['id', 'a'], { ...key, foreignKeys: [toOther] })),
    writes: more(table('thing', [written('id'), written('a')], { ...key, mayDelete: true })),
  }).toEqual({ table: 116, column: 8, firstTime: 33, relation: 41, writes: 67 });
});
