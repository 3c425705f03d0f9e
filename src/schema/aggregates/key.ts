import type { Row } from '../../db/sql/row.ts';
import { required } from '../../errors.ts';
import type { Builder, FieldBuilder } from '../builder.ts';
import { fromParent, generatedLeaf } from '../generated.ts';
import { leafField } from '../leafField.ts';
import { isDocument } from '../leaves.ts';
import { namedFields } from '../namedFields.ts';
import type { ShapeColumn, Shapes } from './shape.ts';

/** Names of the keys in the rows of a grouping, by the path that `pathTo` returns. */
export type KeyNames = ReadonlyMap<string, string>;

/** Returns the path of a key: the relations that lead to its column, then the column. */
export const pathTo = (...path: readonly string[]): string => path.join('.');

/** Returns the path of a key by a part of a JSON column: the column, then the path within its documents. */
export const documentKey = (name: string, path: readonly string[]): string => pathTo(name, JSON.stringify(path));

const isList = (path: unknown): path is readonly string[] => Array.isArray(path);

/** A group, and the relations from its rows to the row whose columns are read. */
export interface KeyValues {
  readonly row: Row;
  readonly names: KeyNames;
  readonly relations: readonly string[];
}

export type KeyRef = ReturnType<typeof keyRef>;

const keyRef = (builder: Builder, name: string) => builder.objectRef<KeyValues>(`${name}GroupKey`);

/** Defines the key types of tables with columns to group by, and returns the function that finds one by table name. */
export function createKeyTypes(builder: Builder, shapes: Shapes): (table: string) => KeyRef {
  const shared = shapes.all.filter((shape) => shape.groupable.size > 0);
  const types = new Map(shared.map(({ name, table }) => [table.name, keyRef(builder, name)]));
  const of = (table: string) => required(types, table);
  for (const { table, groupable, documents, relations } of shared) {
    builder.objectType(of(table.name), {
      description: "The values that a group's rows share; null if not in `groupBy`.",
      fields: (t) => ({
        ...namedFields([...groupable, ...documents], (column, name) => columnField(t, name, column)),
        ...namedFields(relations, (to, name) => relationField(t, name, of(to.table.name))),
      }),
    });
  }
  return of;
}

const columnField = (t: FieldBuilder<KeyValues>, name: string, { leaf, column }: ShapeColumn) =>
  leafField(t, leaf, {
    nullable: true,
    deprecationReason: column.deprecationReason,
    ...(isDocument(leaf) && { args: { path: t.arg.stringList({ description: 'The path in `groupBy`.' }) } }),
    read: generatedLeaf({ kind: 'part' }, leaf, {
      ask: ({ path }) => (isList(path) ? documentKey(name, path) : name),
      get: ({ row, names, relations }: KeyValues, asked) => row[names.get(pathTo(...relations, String(asked))) ?? ''],
    }),
  });

const relationField = (t: FieldBuilder<KeyValues>, name: string, type: KeyRef) =>
  t.field({
    type,
    nullable: true,
    ...fromParent(({ relations, ...key }: KeyValues) => ({ ...key, relations: [...relations, name] })),
  });
