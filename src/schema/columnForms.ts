import type { FieldMap } from '@pothos/core';
import { unusedName } from '../catalog/assign.ts';
import type { Column } from '../catalog/catalog.ts';
import type { Row } from '../db/sql/row.ts';
import { required } from '../errors.ts';
import { epochMs } from './aggregates/epoch.ts';
import { isTime } from './aggregates/shape.ts';
import type { Builder, FieldBuilder } from './builder.ts';
import { generated, generatedLeaf } from './generated.ts';
import { scalarLeaf } from './leaves.ts';
import { type BoundsRef, boundsType, elementOf, type RangeBounds, readBounds } from './rangeBounds.ts';
import type { SchemaBase } from './schemaBase.ts';

/** A column of a table, or of rows that a function returns. */
type AnyColumn = Pick<Column, 'name' | 'type' | 'nullable' | 'deprecationReason'>;

/** Creates further fields for columns, such as a time in milliseconds. `fields` are those that the type already has. */
export type ColumnForms = (t: FieldBuilder, columns: ReadonlyMap<string, AnyColumn>, fields: FieldMap) => FieldMap;

/**
 * Defines the types of range bounds that columns of tables and functions need, and returns the function that creates
 * the fields.
 */
export function createColumnForms(builder: Builder, { catalog, leaf }: SchemaBase): ColumnForms {
  const columns = [
    ...catalog.tables.flatMap(({ columns }) => columns),
    ...catalog.functions.flatMap(({ result }) => (result.kind === 'record' ? result.members : [])),
  ];
  const elements = columns.flatMap(({ type }) => elementOf(type) ?? []);
  const bounds = new Map([...new Set(elements)].map((element) => [element, boundsType(builder, element)]));

  const milliseconds = (t: FieldBuilder, { name, deprecationReason }: AnyColumn) =>
    t.float({
      nullable: true,
      deprecationReason,
      ...generatedLeaf({ kind: 'column', columns: [name] }, scalarLeaf('Float'), {
        get: (row: Row) => epochMs(row[name]),
      }),
    });

  const boundsOf = (t: FieldBuilder, { name, type, nullable, deprecationReason }: AnyColumn, ref: BoundsRef) => {
    const options = { nullable, deprecationReason };
    const source = { kind: 'column', columns: [name] } as const;
    // The text is null only if the column is.
    const get = (row: Row) => readBounds(row[name]) as readonly RangeBounds[];
    return type.sql === type.range?.multirange
      ? t.field({ ...options, type: [ref], ...generated(source, { get }) })
      : t.field({ ...options, type: ref, ...generated(source, { get: (row: Row) => get(row)?.[0] as RangeBounds }) });
  };

  return (t, columns, fields) => {
    const forms = new Map<string, FieldMap[string]>();
    const used = new Set(Object.keys(fields));
    const add = (name: string, field: FieldMap[string]) => forms.set(unusedName(name, used), field);
    for (const [name, column] of columns) {
      const element = elementOf(column.type);
      if (isTime(leaf(column))) add(`${name}EpochMs`, milliseconds(t, column));
      if (element) add(`${name}Bounds`, boundsOf(t, column, required(bounds, element)));
    }
    return Object.fromEntries(forms);
  };
}
