import type { Column } from '../../catalog/catalog.ts';
import { columnRef } from './select.ts';
import { and, gt, gte, join, lt, lte, own, pruning, type Sql, sql } from './sql.ts';

const minus = own('-');

/** An end of the range of times that match a filter; its value has the type of the filtered column. */
export interface Bound {
  readonly value: Sql;
  readonly isExclusive: boolean;
}

/** The ends of the times that match a filter; an end without bounds is open. */
export interface Bounds {
  readonly lower: readonly Bound[];
  readonly upper: readonly Bound[];
}

/** Returns the instant `length` before another. Days and longer units follow the calendar of the time zone. */
export function earlier(instant: Sql, length: Sql, timeZone: string): Sql {
  const zone = sql`${timeZone}::pg_catalog.text`;
  const days = sql`pg_catalog.date_trunc('day', ${length})`;
  return sql`((((${instant} at time zone ${zone}) ${minus} ${days}) at time zone ${zone}) ${minus} (${length} ${minus} ${days}))`;
}

/** The times of a period; its upper end is never open. */
export interface Times extends Bounds {
  readonly column: Column;
  /** The time zone in which the days of the period begin. */
  readonly timeZone: string;
}

/** Selects the length of a period in local time; an inclusive last day counts as a whole day. */
export function selectLength({ column, timeZone, lower, upper }: Times): Sql {
  const isDate = column.type.name === 'date';
  const wall = (value: Sql) =>
    column.type.name === 'timestamptz'
      ? sql`(${value} at time zone ${timeZone}::pg_catalog.text)`
      : sql`(${value})::timestamp`;
  const next = ({ value }: Bound) => (isDate ? sql`(${value} ${own('+')} 1)` : value);
  const first = lower.map((bound) => (bound.isExclusive ? next(bound) : bound.value));
  const end = upper.map((bound) => (bound.isExclusive ? bound.value : next(bound)));
  return sql`(${wall(sql`least(${join(end)})`)} ${minus} ${wall(sql`greatest(${join(first)})`)})`;
}

/** Returns the condition that a row's time lies in the period moved back by `length`. */
export function isEarlierBy(length: Sql, { column, timeZone, lower, upper }: Times): Sql {
  const shifted = (value: Sql) => {
    if (column.type.name === 'timestamptz') return earlier(value, length, timeZone);
    const time = sql`((${value})::timestamp ${minus} ${length})`;
    return column.type.name === 'date' ? sql`${time}::pg_catalog.date` : time;
  };
  const time = columnRef(column);
  const condition = and([
    ...lower.map(({ value, isExclusive }) => sql`${time} ${isExclusive ? gt : gte} ${shifted(value)}`),
    ...upper.map(({ value, isExclusive }) => sql`${time} ${isExclusive ? lt : lte} ${shifted(value)}`),
  ]);
  return pruning(condition, column.partitions);
}
