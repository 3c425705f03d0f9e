import { type Column, referencesTo, type Table, tableOf } from '../../catalog/catalog.ts';
import { isOnNodes } from '../../catalog/distribution.ts';
import { isOrdered } from '../../catalog/type.ts';
import { isUnique, uniqueKeys } from '../../catalog/uniqueKeys.ts';
import { type Match, toReferenced, toReferring } from '../../db/sql/match.ts';
import { required } from '../../errors.ts';
import { isDocument, type Leaf } from '../leaves.ts';
import type { SchemaBase } from '../schemaBase.ts';

/** The properties of a table on which its aggregates are built, by API names. */
export interface Shape {
  readonly table: Table;
  readonly name: string;
  readonly columns: ReadonlyMap<string, ShapeColumn>;
  /** Columns whose values can be sorted. */
  readonly groupable: ReadonlyMap<string, ShapeColumn>;
  /** JSON columns, which can be grouped by the values at paths. */
  readonly documents: ReadonlyMap<string, ShapeColumn>;
  /** Columns that can be cut into buckets, and that determine the first and last row. */
  readonly times: ReadonlyMap<string, ShapeColumn>;
  /** Columns that have parts: times and times of day. */
  readonly parted: ReadonlyMap<string, ShapeColumn>;
  /** To-one relations to tables with groupable columns. */
  readonly relations: ReadonlyMap<string, Match>;
  /** Key by which the first or last row is loaded; null if there is none. */
  readonly key: readonly string[] | null;
}

export interface ShapeColumn {
  readonly column: Column;
  readonly leaf: Leaf;
  /** Number that stands for the column in the names of measures, which must be short. */
  readonly index: number;
  /** The column's value in enums of columns. */
  readonly value: string;
  readonly isOnNodes: boolean;
}

const timeScalars = ['DateTime', 'LocalDateTime', 'Date'];

/** Tells whether the leaf's values are times that can be cut into buckets. */
export const isTime = ({ isList, type }: Leaf): boolean => !isList && timeScalars.some((name) => name === type);

export interface Shapes {
  readonly all: readonly Shape[];
  /** Returns the shape of a table by its name. */
  readonly of: (table: string) => Shape;
}

export function createShapes(base: SchemaBase): Shapes {
  const shapes = new Map(base.catalog.tables.map((table) => [table.name, shapeOf(base, table)]));
  return { all: [...shapes.values()], of: (table) => required(shapes, table) };
}

/** Returns the column with this API name. */
export const shapeColumn = ({ columns }: Shape, field: string): ShapeColumn => required(columns, field);

/** Returns the name of a column or relation in an input that also has the fields `own`. */
export function inputName({ columns, relations }: Shape, field: string, own: readonly string[]): string {
  let name = field;
  while (own.includes(name) || (name !== field && (columns.has(name) || relations.has(name)))) name += '_';
  return name;
}

function shapeOf(base: SchemaBase, table: Table): Shape {
  const { names, leaf: leafOf } = base;
  const columns = new Map(
    table.columns.map((column, index): [string, ShapeColumn] => [
      names.column(table, column),
      { column, leaf: leafOf(column), index, value: names.columnValue(table, column), isOnNodes: isOnNodes(table) },
    ]),
  );
  const only = (test: (column: ShapeColumn) => boolean) => new Map([...columns].filter(([, column]) => test(column)));
  const [key = null] = uniqueKeys(table);
  return {
    table,
    name: names.type(table),
    columns,
    groupable: only(({ column }) => isOrdered(column.type)),
    documents: only(({ leaf }) => isDocument(leaf)),
    times: only(({ leaf }) => isTime(leaf)),
    parted: only(({ leaf }) => isTime(leaf) || (!leaf.isList && leaf.type === 'LocalTime')),
    relations: new Map(toOnes(base, table).filter(([, match]) => isGroupable(match.table))),
    key,
  };
}

const isGroupable = (table: Table) => table.columns.some(({ type }) => isOrdered(type));

const toOnes = ({ catalog, names }: SchemaBase, table: Table): readonly (readonly [string, Match])[] => [
  // Only unique targets: a foreign key declared in a comment may refer to several rows, and a join would count the
  // referring row once for each.
  ...table.foreignKeys
    .map((key) => [names.forward(table, key), toReferenced(table, key, tableOf(catalog, key.table))] as const)
    .filter(([, match]) => isUnique(match.table, match.columns)),
  ...referencesTo(catalog, table)
    .filter(([child, key]) => isUnique(child, key.columns))
    .map(([child, key]) => [names.back(child, key), toReferring(table, child, key)] as const),
];
