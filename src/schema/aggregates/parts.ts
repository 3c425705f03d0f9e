import { fieldName } from '../../catalog/words.ts';
import type { Row } from '../../db/sql/row.ts';
import type { TimeField } from '../../db/sql/timePart.ts';
import { badInput, required } from '../../errors.ts';
import type { Builder, EnumRef } from '../builder.ts';
import { leafFromParent } from '../generated.ts';
import { scalarLeaf } from '../leaves.ts';
import { namedFields } from '../namedFields.ts';
import type { KeyNames } from './key.ts';
import type { ShapeColumn } from './shape.ts';

const part = (field: TimeField, description: string) => ({ field, description });

/** Parts of a time of day. */
const ofClock = {
  MINUTE_OF_HOUR: part('minute', 'From 0 to 59.'),
  HOUR_OF_DAY: part('hour', 'From 0 to 23.'),
};

/** Parts of a date. */
const ofDate = {
  WEEKDAY: part('isodow', 'From 1, Monday, to 7, Sunday.'),
  DAY_OF_MONTH: part('day', 'From 1 to 31.'),
  ISO_WEEK: part('week', 'From 1 to 53; week 1 has the first Thursday of its `ISO_YEAR`.'),
  MONTH: part('month', 'From 1 to 12.'),
  QUARTER: part('quarter', 'From 1 to 4.'),
  YEAR: part('year', 'The year; negative before Christ.'),
  ISO_YEAR: part('isoyear', 'The year to which the ISO week belongs.'),
};

const allParts = { ...ofClock, ...ofDate };
export type TimePart = keyof typeof allParts;

/** Returns PostgreSQL's name of a part; throws BAD_USER_INPUT if the column's times do not have that part. */
export function timeField(name: TimePart, { leaf, value }: ShapeColumn): TimeField {
  const parts = leaf.type === 'LocalTime' ? ofClock : leaf.type === 'Date' ? ofDate : allParts;
  if (!(name in parts)) throw badInput(`parts: ${value} has no ${name}, only ${Object.keys(parts).join(', ')}`);
  return allParts[name].field;
}

/** Returns the path of a part among the keys of a grouping. It contains a space, so it never equals a GraphQL name. */
export const partPath = (name: TimePart): string => `part ${name}`;

/** Parts by the names of their fields. */
const fields: ReadonlyMap<string, TimePart> = new Map(
  (Object.keys(allParts) as TimePart[]).map((name) => [fieldName(name), name]),
);

/** Returns the part that a field of `TimeParts` shows. */
export const partOf = (field: string): TimePart => required(fields, field);

/** A row of a group, and the names of the group's keys in it. */
interface GroupRow {
  readonly row: Row;
  readonly names: KeyNames;
}

export type PartTypes = ReturnType<typeof createPartTypes>;

/** Defines the types for parts of times; all tables share them. */
export const createPartTypes = (builder: Builder, direction: EnumRef) => ({
  name: builder.enumType('TimePart', {
    description: 'A part of a time, as a number.',
    values: namedFields(Object.entries(allParts), ({ description }) => ({ description })),
  }),
  values: builder.objectRef<GroupRow>('TimeParts').implement({
    description: "The parts of the time that a group's rows share; null if not in `groupBy`.",
    fields: (t) =>
      namedFields(fields, (name) =>
        t.field({
          type: 'Int',
          nullable: true,
          description: allParts[name].description,
          ...leafFromParent(scalarLeaf('Int'), ({ row, names }: GroupRow) => row[names.get(partPath(name)) ?? '']),
        }),
      ),
  }),
  orderBy: builder.inputType('TimePartsOrderBy', {
    isOneOf: true,
    description: 'The part to order groups by.',
    fields: (t) => namedFields(fields, () => t.field({ type: direction })),
  }),
});
