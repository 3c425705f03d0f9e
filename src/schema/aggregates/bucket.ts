import type { Bound, Bounds, Bucket } from '../../db/sql/bucket.ts';
import { cast } from '../../db/sql/select.ts';
import { own, sql, trusted } from '../../db/sql/sql.ts';
import { badInput } from '../../errors.ts';
import type { Builder, InputObjectRef } from '../builder.ts';
import { clocks } from '../filters/operators.ts';
import { readEvery } from './every.ts';
import { givenIn } from './given.ts';
import type { ShapeColumn } from './shape.ts';

/** Defines the input that cuts times into buckets; the tables share it. */
export const bucketInput = (builder: Builder): InputObjectRef =>
  builder.inputType('Bucket', {
    description: 'Puts rows into time buckets; a row without a time is in none.',
    fields: (t) => ({
      every: t.field({
        type: 'Duration',
        required: true,
        description:
          'The length of a bucket. Days or more in one unit (P1D, P1W, P3M, P1Y) follow the calendar of `timeZone`; weeks begin on Monday, and several units count from January 2000. Hours or less (PT1H, PT5M) have a fixed length.',
      }),
      timeZone: t.string({
        defaultValue: 'UTC',
        description: 'The IANA name of the time zone. Example: "Europe/Berlin".',
      }),
      origin: t.field({
        type: 'DateTime',
        description: 'The start of a bucket of hours or less; by default midnight of 2000-01-01 in `timeZone`.',
      }),
      fill: t.boolean({
        defaultValue: false,
        description:
          'Whether to return empty buckets too, for each group, between the bounds on the column at the top of `where` or under `and`. Without a bound, the rows are the bound.',
      }),
    }),
  });

interface BucketArguments {
  readonly every: string;
  readonly timeZone?: string;
  readonly origin?: string;
  readonly fill?: boolean;
}

/** Reads the input of the column that the API calls `field`; throws BAD_USER_INPUT for buckets that there cannot be. */
export function readBucket(field: string, times: ShapeColumn, input: unknown, where: unknown): Bucket {
  givenIn(field, input); // refuses nulls
  const args = input as BucketArguments;
  const every = readEvery(args.every);
  const { origin = null, timeZone = 'UTC' } = args;
  if (!isTimeZone(timeZone)) throw badInput(`timeZone: "${timeZone}" is not the IANA name of a time zone`);
  if (every.unit !== 'time' && origin !== null)
    throw badInput('origin goes with hours or less; longer buckets begin where the calendar says');
  if (every.unit === 'time' && times.leaf.type === 'Date')
    throw badInput(`every: the times of ${times.value} are days; write P1D or more`);
  const fill = args.fill === true ? boundsIn(field, times, where) : null;
  return { column: times.column, every, timeZone, origin, fill };
}

/** PostgreSQL reads an offset with the opposite sign. */
function isTimeZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }) !== null;
  } catch {
    return false;
  }
}

/** What the filter at its top, and under `and`, says of the times; `within` ends now. */
function boundsIn(field: string, { column, leaf }: ShapeColumn, where: unknown): Bounds {
  const now = trusted(clocks[column.type.name] ?? 'now()');
  const lower: Bound[] = [];
  const upper: Bound[] = [];
  for (const [operator, operand] of flattened(where).flatMap((filter) => Object.entries(filter[field] ?? {}))) {
    if (operand === undefined) continue;
    if (operator === 'within') {
      const start = sql`(${now} ${own('-')} ${String(operand)}::interval)::${trusted(column.type.sql)}`;
      lower.push({ value: start, isExclusive: false });
      upper.push({ value: now, isExclusive: false });
    }
    const isExclusive = operator === 'gt' || operator === 'lt';
    const bound = () => ({ value: cast(leaf.write(operand), column), isExclusive });
    if (['eq', 'gt', 'gte'].includes(operator)) lower.push(bound());
    if (['eq', 'lt', 'lte'].includes(operator)) upper.push(bound());
  }
  return { lower, upper };
}

type Filter = Readonly<Record<string, unknown>>;

const flattened = (where: unknown): readonly Filter[] => {
  const filter = (where ?? {}) as Filter & { readonly and?: readonly unknown[] };
  return [filter, ...(filter.and ?? []).flatMap(flattened)];
};
