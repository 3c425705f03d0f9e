import {
  type Catalog,
  type Column,
  isOnNodes,
  isOrdered,
  isUnique,
  referencesTo,
  type Table,
  tableOf,
  uniqueKeys,
} from '../../catalog/catalog.ts';
import type { Names } from '../../catalog/naming.ts';
import type { Leaf } from '../leaves.ts';

/** A table as its aggregates see it, by API names. */
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
  readonly relations: ReadonlyMap<string, ToOne>;
  /** Key by which the first or last row is loaded; null if there is none. */
  readonly key: readonly string[] | null;
}

export interface ShapeColumn {
  readonly column: Column;
  readonly leaf: Leaf;
  /** Stands for the column in the names of measures, which must be short. */
  readonly index: number;
  /** The column's value in enums of columns. */
  readonly value: string;
  readonly isOnNodes: boolean;
}

export interface ToOne {
  readonly table: string;
  /** Columns of the other table; each equals the column of `columns` at the same position. */
  readonly targets: readonly string[];
  readonly columns: readonly string[];
}

const timeScalars = ['DateTime', 'LocalDateTime', 'Date'];

/** Tells whether the leaf's values are times that can be cut into buckets. */
export const isTime = ({ isList, type }: Leaf): boolean => !isList && timeScalars.some((name) => name === type);

export interface Shapes {
  readonly all: readonly Shape[];
  /** Returns the shape of a table by its name. */
  readonly of: (table: string) => Shape;
}

export function createShapes(catalog: Catalog, names: Names, leafOf: (column: Column) => Leaf): Shapes {
  const shapes = new Map(catalog.tables.map((table) => [table.name, shapeOf(catalog, names, leafOf, table)]));
  return {
    all: [...shapes.values()],
    of(table) {
      const shape = shapes.get(table);
      if (!shape) throw new Error(`No shape of table ${table}`);
      return shape;
    },
  };
}

/** Returns the column with this API name. */
export function shapeColumn({ columns, table }: Shape, field: string): ShapeColumn {
  const column = columns.get(field);
  if (!column) throw new Error(`No column ${field} of ${table.name}`);
  return column;
}

/** Returns the name of a column or relation in an input that also has the fields `own`. */
export function inputName({ columns, relations }: Shape, field: string, own: readonly string[]): string {
  let name = field;
  while (own.includes(name) || (name !== field && (columns.has(name) || relations.has(name)))) name += '_';
  return name;
}

function shapeOf(catalog: Catalog, names: Names, leafOf: (column: Column) => Leaf, table: Table): Shape {
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
    documents: only(({ leaf }) => leaf.type === 'JSON' && !leaf.isList),
    times: only(({ leaf }) => isTime(leaf)),
    parted: only(({ leaf }) => isTime(leaf) || (!leaf.isList && leaf.type === 'LocalTime')),
    relations: new Map(
      toOnes(catalog, names, table).filter(([, { table: other }]) => isGroupable(tableOf(catalog, other))),
    ),
    key,
  };
}

const isGroupable = (table: Table) => table.columns.some(({ type }) => isOrdered(type));

const toOnes = (catalog: Catalog, names: Names, table: Table): readonly (readonly [string, ToOne])[] => [
  // Joins only unique targets. A foreign key declared in a comment may refer to several rows, and a join would count a
  // row for each.
  ...table.foreignKeys
    .filter((key) => isUnique(tableOf(catalog, key.table), key.targets))
    .map((key) => [names.forward(table, key), key] as const),
  ...referencesTo(catalog, table)
    .filter(([child, key]) => isUnique(child, key.columns))
    .map(
      ([child, key]) =>
        [names.back(child, key), { table: child.name, targets: key.columns, columns: key.targets }] as const,
    ),
];
