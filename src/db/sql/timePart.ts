import type { Column } from '../../catalog/catalog.ts';
import { columnRef } from './select.ts';
import { type Sql, sql, trusted } from './sql.ts';

/** A field of a time, as `extract` names it. */
export type TimeField = 'minute' | 'hour' | 'isodow' | 'day' | 'week' | 'month' | 'quarter' | 'year' | 'isoyear';

/** The fields that are infinite for an infinite time, and so have no integer. */
const unbounded: readonly TimeField[] = ['year', 'isoyear'];

/** Selects a field of a row's time in a time zone, as an integer; null for an infinite time. */
export function selectTimePart(column: Column, field: TimeField, timeZone: string): Sql {
  const time = columnRef(column);
  const wall = column.type.name === 'timestamptz' ? sql`(${time} at time zone ${timeZone}::pg_catalog.text)` : time;
  const part = sql`extract(${trusted(field)} from ${wall})::pg_catalog.int4`;
  return unbounded.includes(field) ? sql`case when pg_catalog.isfinite(${time}) then ${part} end` : part;
}
