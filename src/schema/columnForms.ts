import type { FieldMap } from '@pothos/core';
import { unusedName } from '../catalog/assign.ts';
import type { Column, Table } from '../catalog/catalog.ts';
import type { Row } from '../db/sql/row.ts';
import { required } from '../errors.ts';
import { epochMs } from './aggregates/epoch.ts';
import { isTime } from './aggregates/shape.ts';
import type { Builder, FieldBuilder } from './builder.ts';
import { generated, generatedLeaf } from './generated.ts';
import { scalarLeaf } from './leaves.ts';
import { type BoundsRef, boundsType, elementOf, type RangeBounds, readBounds } from './rangeBounds.ts';
import type { SchemaBase } from './schemaBase.ts';

/** Returns fields that show the columns of a table in another form; `fields` are the type's other fields. */
export type ColumnForms = (t: FieldBuilder, table: Table, fields: FieldMap) => FieldMap;

/** Creates the types of range bounds that the columns of all tables need. */
export function createColumnForms(builder: Builder, { catalog, names, leaf }: SchemaBase): ColumnForms {
  const elements = catalog.tables.flatMap(({ columns }) => columns.flatMap(({ type }) => elementOf(type) ?? []));
  const bounds = new Map([...new Set(elements)].map((element) => [element, boundsType(builder, element)]));

  const milliseconds = (t: FieldBuilder, { name, deprecationReason }: Column) =>
    t.float({
      nullable: true,
      deprecationReason,
      ...generatedLeaf({ kind: 'column', columns: [name] }, scalarLeaf('Float'), {
        get: (row: Row) => epochMs(row[name]),
      }),
    });

  const boundsOf = (t: FieldBuilder, { name, type, nullable, deprecationReason }: Column, ref: BoundsRef) => {
    const options = { nullable, deprecationReason };
    const source = { kind: 'column', columns: [name] } as const;
    // The text is null only if the column is.
    const get = (row: Row) => readBounds(row[name]) as readonly RangeBounds[];
    return type.sql === type.range?.multirange
      ? t.field({ ...options, type: [ref], ...generated(source, { get }) })
      : t.field({ ...options, type: ref, ...generated(source, { get: (row: Row) => get(row)?.[0] as RangeBounds }) });
  };

  return (t, table, fields) => {
    const forms = new Map<string, FieldMap[string]>();
    const used = new Set(Object.keys(fields));
    const add = (name: string, field: FieldMap[string]) => forms.set(unusedName(name, used), field);
    for (const column of table.columns) {
      const name = names.column(table, column);
      const element = elementOf(column.type);
      if (isTime(leaf(column))) add(`${name}EpochMs`, milliseconds(t, column));
      if (element) add(`${name}Bounds`, boundsOf(t, column, required(bounds, element)));
    }
    return Object.fromEntries(forms);
  };
}
