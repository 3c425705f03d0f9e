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

/** What aggregates know of a table, by the names that the API gives. */
export interface Shape {
  readonly table: Table;
  readonly name: string;
  readonly columns: ReadonlyMap<string, ShapeColumn>;
  /** The columns whose values have an order, so that they can be told apart. */
  readonly groupable: ReadonlyMap<string, ShapeColumn>;
  /** The columns that are cut into buckets, and that say which row is the first or the last. */
  readonly times: ReadonlyMap<string, ShapeColumn>;
  /** The columns that have parts: times and times of day. */
  readonly parted: ReadonlyMap<string, ShapeColumn>;
  /** The relations to one row of a table that has groupable columns. */
  readonly relations: ReadonlyMap<string, ToOne>;
  /** The key by which the first or the last row is loaded; null where there is none. */
  readonly key: readonly string[] | null;
}

export interface ShapeColumn {
  readonly column: Column;
  readonly leaf: Leaf;
  /** Stands for the column in the names of measures, which must be short. */
  readonly index: number;
  /** What enums of columns call it. */
  readonly value: string;
  readonly isOnNodes: boolean;
}

export interface ToOne {
  readonly table: string;
  /** The columns of the other table, and those here that they equal, in the same order. */
  readonly targets: readonly string[];
  readonly columns: readonly string[];
}

const timeScalars = ['DateTime', 'LocalDateTime', 'Date'];

/** Whether values are times that can be put into buckets. */
export const isTime = ({ isList, type }: Leaf): boolean => !isList && timeScalars.some((name) => name === type);

export interface Shapes {
  readonly all: readonly Shape[];
  /** By the name of the table. */
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

/** The column that the API calls so. */
export function shapeColumn({ columns, table }: Shape, field: string): ShapeColumn {
  const column = columns.get(field);
  if (!column) throw new Error(`No column ${field} of ${table.name}`);
  return column;
}

/** What an input calls a column or a relation, beside its `own` fields. */
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
  // A foreign key that a comment declares may refer to what many rows have: joined, each would count a row again.
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
