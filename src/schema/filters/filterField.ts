import type { Column, Table } from '../../catalog/catalog.ts';
import type { DbFunction } from '../../catalog/dbFunction.ts';
import { computedFunctions } from '../../catalog/functions.ts';
import { computedValue } from '../../db/sql/call.ts';
import { columnRef } from '../../db/sql/select.ts';
import { pruning, type Sql } from '../../db/sql/sql.ts';
import type { InputObjectRef } from '../builder.ts';
import type { SchemaBase } from '../schemaBase.ts';
import type { FilterOf } from './leafFilter.ts';

/** A field of a `where` input, and its condition on the rows that have the alias `alias`. */
export interface FilterField {
  readonly name: string;
  readonly type: InputObjectRef;
  readonly deprecationReason?: string;
  readonly condition: (argument: unknown, alias: string) => Sql;
}

/** Returns the fields of a table's columns, and of the computed columns that their owner marked as filterable. */
export const columnFields = (base: SchemaBase, filterOf: FilterOf, table: Table): readonly FilterField[] => [
  ...table.columns.map((column) => columnField(base, filterOf, table, column)),
  ...computedFunctions(base.catalog, table).flatMap((fn) => computedField(base, filterOf, fn)),
];

function columnField(base: SchemaBase, filterOf: FilterOf, table: Table, column: Column): FilterField {
  const { type, search, partitions, deprecationReason } = column;
  const leaf = base.leaf(column);
  const filter = filterOf(leaf);
  const name = base.names.column(table, column);
  return {
    name,
    type: filter.type,
    deprecationReason,
    condition: (tests, alias) =>
      pruning(filter.condition(name, { sql: columnRef(column, alias), type, leaf, search }, tests), partitions),
  };
}

function computedField(base: SchemaBase, filterOf: FilterOf, fn: DbFunction): readonly FilterField[] {
  const { isFilterable, result, deprecationReason } = fn;
  if (!isFilterable || result.kind !== 'value') return [];
  const { type } = result;
  const leaf = base.leaf({ type });
  const filter = filterOf(leaf);
  const { of } = computedValue(base.catalog, fn, new Map());
  const name = base.names.call(fn);
  return [
    {
      name,
      type: filter.type,
      deprecationReason,
      condition: (tests, alias) => filter.condition(name, { sql: of(alias), type, leaf }, tests),
    },
  ];
}
