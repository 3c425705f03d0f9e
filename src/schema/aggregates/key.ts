import type { Row } from '../../db/sql/row.ts';
import type { Builder, FieldBuilder, InputObjectRef } from '../builder.ts';
import { generated, generatedLeaf } from '../generated.ts';
import type { Orders } from '../lists/order.ts';
import type { ShapeColumn, Shapes } from './shape.ts';

/** Where the keys of a grouping are in its rows: the name there of each, by `pathTo` it. */
export type KeyNames = ReadonlyMap<string, string>;

/** The way to a key: the relations that lead there, and its column. */
export const pathTo = (...path: readonly string[]): string => path.join('.');

/** A group, and the relations that lead from it to the row whose columns are looked at. */
export interface KeyValues {
  readonly row: Row;
  readonly names: KeyNames;
  readonly relations: readonly string[];
}

export interface KeyTypes {
  readonly values: ReturnType<typeof keyRef>;
  /** One column of the key to order by. */
  readonly orderBy: InputObjectRef;
}

const keyRef = (builder: Builder, name: string) => builder.objectRef<KeyValues>(`${name}GroupKey`);

/** Defines what makes a group of a table's rows, by the name of the table. */
export function createKeyTypes(builder: Builder, shapes: Shapes, { direction }: Orders): (table: string) => KeyTypes {
  const types = new Map(
    shapes.all.map((shape): [string, KeyTypes] => [
      shape.table.name,
      { values: keyRef(builder, shape.name), orderBy: builder.inputRef(`${shape.name}GroupedKeyOrderBy`) },
    ]),
  );
  const of = (table: string): KeyTypes => {
    const found = types.get(table);
    if (!found) throw new Error(`No key of table ${table}`);
    return found;
  };
  for (const shape of shapes.all.filter(({ groupable }) => groupable.size > 0)) {
    const { values, orderBy } = of(shape.table.name);
    const relations = [...shape.relations].map(([name, { table }]) => [name, of(table)] as const);
    builder.objectType(values, {
      description: 'What the rows of a group have in common; null too for what `groupBy` does not name.',
      fields: (t) => ({
        ...Object.fromEntries([...shape.groupable].map(([name, column]) => [name, columnField(t, name, column)])),
        ...Object.fromEntries(relations.map(([name, { values: type }]) => [name, relationField(t, name, type)])),
      }),
    });
    builder.inputType(orderBy, {
      isOneOf: true,
      description: 'One part of the key to order by.',
      fields: (t) => ({
        ...Object.fromEntries(
          [...shape.groupable].map(([name, { column }]) => [
            name,
            t.field({ type: direction, deprecationReason: column.deprecationReason }),
          ]),
        ),
        ...Object.fromEntries(relations.map(([name, { orderBy: type }]) => [name, t.field({ type })])),
      }),
    });
  }
  return of;
}

function columnField(t: FieldBuilder<KeyValues>, name: string, { leaf, column: { deprecationReason } }: ShapeColumn) {
  const { extensions, resolve } = generatedLeaf({ kind: 'part' }, leaf, {
    get: ({ row, names, relations }: KeyValues) => row[names.get(pathTo(...relations, name)) ?? ''],
  });
  return leaf.isList
    ? t.field({
        type: [leaf.type],
        nullable: { list: true, items: true },
        deprecationReason,
        extensions,
        resolve: (...given) => resolve(...given) as unknown[],
      })
    : t.field({ type: leaf.type, nullable: true, deprecationReason, extensions, resolve });
}

const relationField = (t: FieldBuilder<KeyValues>, name: string, type: KeyTypes['values']) =>
  t.field({
    type,
    nullable: true,
    ...generated(
      { kind: 'part' },
      { get: ({ relations, ...key }: KeyValues) => ({ ...key, relations: [...relations, name] }) },
    ),
  });
