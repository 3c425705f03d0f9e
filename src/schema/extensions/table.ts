import type { Table } from '../../catalog/catalog.ts';
import { byColumns, type Key } from '../../db/sql/match.ts';
import { ident } from '../../db/sql/sql.ts';
import type { Builder } from '../builder.ts';
import type { Leaf } from '../leaves.ts';
import { selectedRows } from '../selection.ts';
import type { Types } from '../types.ts';
import type { ExtensionTable, From, Tools } from './extension.ts';
import { asExtension, fieldsFrom } from './fields.ts';
import { type Notations, notationOf } from './notation.ts';

/** The error for a table that the role cannot read yet, or can no longer read. */
export class MissingTable extends Error {
  override readonly name = 'MissingTable';
}

/** Creates the function by which an extension accesses its tables. */
export const createTables =
  (builder: Builder, types: Types, collect: (part: () => void) => void): Tools['table'] =>
  <C extends Notations>(name: string, columns: C): ExtensionTable<C> => {
    const type = types.all.find(({ table }) => table.name === name);
    if (!type) throw new MissingTable(`there is no readable table "${name}"`);
    const { table, ref } = type;
    const leaves = leavesOf(types, table, columns);
    const leaf = (column: string): Leaf => {
      const found = leaves.get(column);
      if (!found) throw new Error(`"${column}" is not among the columns given to table("${name}")`);
      return found;
    };
    const match = byColumns(table, table.primaryKey);
    // The leaves are checked against the notations, so their values have the types that the notations describe.
    const from: From<C> = (...used) => fieldsFrom(builder, new Map(used.map((column) => [column, leaf(column)])));
    return {
      sql: ident(types.catalog.schema, name),
      type: ref,
      columnType: (column) => leaf(column).type,
      async row(key, { loaders }, info) {
        if (key.length === 0 || key.length !== table.primaryKey.length) throw new Error(keyProblem(table, key.length));
        const texts: Key = key.map(String);
        return loaders.row(match, texts, selectedRows(info));
      },
      fields: (fields) => collect(() => builder.objectFields(ref, () => asExtension(fields(from(), from)))),
    };
  };

/** Returns the leaf of each column; throws if a column does not exist or has another type. */
function leavesOf(types: Types, table: Table, columns: Notations): ReadonlyMap<string, Leaf> {
  const names = table.columns.map(({ name }) => `"${name}"`).join(', ');
  return new Map(
    Object.entries(columns).map(([name, notation]) => {
      const column = table.columns.find((one) => one.name === name);
      if (!column) throw new Error(`"${table.name}" has no readable column "${name}"; it has ${names}`);
      const leaf = types.leaf(column);
      const actual = notationOf(column, leaf);
      // A column that is never null may be declared as nullable.
      if (notation !== actual && `${notation}!` !== actual)
        throw new Error(`"${table.name}"."${name}" is "${actual}", not "${notation}"`);
      return [name, leaf];
    }),
  );
}

const keyProblem = ({ name, primaryKey }: Table, given: number): string =>
  primaryKey.length === 0
    ? `"${name}" has no primary key to find a row by`
    : `The primary key of "${name}" is (${primaryKey.join(', ')}); values given: ${given}`;
