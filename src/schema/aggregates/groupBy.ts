import { required } from '../../errors.ts';
import type { Builder, EnumRef, InputObjectRef } from '../builder.ts';
import { namedFields } from '../namedFields.ts';
import { bucketInput } from './bucket.ts';
import { groupByName } from './groups.ts';
import type { Shapes } from './shape.ts';

/**
 * Defines the `groupBy` inputs of all tables that have a column to group by; `columns` are the enums of these columns.
 */
export function createGroupBy(
  builder: Builder,
  shapes: Shapes,
  columns: ReadonlyMap<string, EnumRef>,
  part: EnumRef,
): (table: string) => InputObjectRef {
  const groupable = shapes.all.filter(({ table }) => columns.has(table.name));
  const bucket = groupable.some(({ parted }) => parted.size > 0) ? bucketInput(builder, part) : null;
  const inputs = new Map(groupable.map(({ name, table }) => [table.name, builder.inputRef<object>(`${name}GroupBy`)]));
  for (const shape of groupable) {
    const { table, parted, documents, relations } = shape;
    const column = required(columns, table.name);
    const called = <Of>(things: ReadonlyMap<string, Of>) =>
      Array.from(things, ([name, of]) => [groupByName(shape, name), of] as const);
    required(inputs, table.name).implement({
      description: 'What to group rows by.',
      fields: (t) => ({
        columns: t.field({ type: [column], description: 'Columns whose values are equal within a group.' }),
        ...(bucket &&
          namedFields(called(parted), ({ column: { deprecationReason } }) =>
            t.field({
              type: bucket,
              description: 'Buckets or parts; once in a groupBy, not under a relation.',
              deprecationReason,
            }),
          )),
        ...namedFields(called(documents), ({ column: { deprecationReason } }) =>
          t.field({ type: [t.listRef('String')], description: 'Paths to the values to group by.', deprecationReason }),
        ),
        ...namedFields(called(relations), ({ table }) => t.field({ type: required(inputs, table.name) })),
      }),
    });
  }
  return (table) => required(inputs, table);
}
