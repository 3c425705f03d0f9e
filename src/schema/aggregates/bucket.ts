import type { Bucket } from '../../db/sql/bucket.ts';
import type { Sql } from '../../db/sql/sql.ts';
import { selectTimePart } from '../../db/sql/timePart.ts';
import { badInput } from '../../errors.ts';
import type { Builder, EnumRef, InputObjectRef } from '../builder.ts';
import { givenIn } from '../given.ts';
import { boundsIn } from './bounds.ts';
import { readEvery } from './every.ts';
import { type TimePart, timeField } from './parts.ts';
import type { ShapeColumn } from './shape.ts';

/** Defines the input that groups rows by time; all tables share it. */
export const bucketInput = (builder: Builder, part: EnumRef): InputObjectRef =>
  builder.inputType('Bucket', {
    description: 'Groups rows by buckets of time, by parts of the time, or both.',
    fields: (t) => ({
      every: t.field({
        type: 'Duration',
        description:
          'The length of a bucket. Days or longer in a single unit (P1D, P1W, P3M, P1Y) follow the calendar of `timeZone`: weeks begin on Monday, and multiples are counted from January 2000. Hours or shorter (PT1H, PT5M) have a fixed length.',
      }),
      parts: t.field({
        type: [part],
        description: 'Parts of the time to group by.',
      }),
      timeZone: t.string({
        defaultValue: 'UTC',
        description: 'The IANA name of the time zone. Example: "Europe/Berlin".',
      }),
      origin: t.field({
        type: 'DateTime',
        description:
          'The start of one bucket, for buckets of hours or shorter. The default is midnight of 2000-01-01 in `timeZone`.',
      }),
      fill: t.boolean({
        defaultValue: false,
        description:
          'Whether to return empty buckets too, for each group. They range between the bounds on the column in `where`, at its top level or under `and`; a missing bound is taken from the rows.',
      }),
    }),
  });

/** The input as graphql-js coerced it, with its defaults. */
interface BucketArguments {
  readonly every?: string;
  readonly parts?: readonly TimePart[];
  readonly timeZone: string;
  readonly origin?: string;
  readonly fill: boolean;
}

/** The groups that a time column makes. */
interface TimeGroups {
  readonly bucket: Bucket | null;
  readonly parts: ReadonlyMap<TimePart, Sql>;
  readonly timeZone: string;
}

/**
 * Reads the input of a time column; `field` is the column's name in the API. Throws BAD_USER_INPUT for arguments that
 * do not make groups.
 */
export function readTimes(field: string, times: ShapeColumn, input: unknown, where: unknown): TimeGroups {
  givenIn(field, input); // refuses nulls
  const { every, parts = [], ...rest } = input as BucketArguments;
  const { timeZone, fill, origin } = rest;
  if (!isTimeZone(timeZone))
    throw badInput(`timeZone: "${timeZone}" is not the IANA name of a time zone, such as Europe/Berlin`);
  if (every === undefined && parts.length === 0) throw badInput(`${field}: give "every", "parts", or both`);
  if (fill && (every === undefined || parts.length > 0))
    throw badInput('fill: needs "every" without "parts"; only buckets can be filled');
  if (every === undefined && origin !== undefined)
    throw badInput('origin: needs "every"; origin is the start of a bucket');
  return {
    timeZone,
    bucket: every === undefined ? null : readBucket(field, times, { ...rest, every }, where),
    parts: new Map(
      parts.map((part) => [part, selectTimePart(times.column, timeField(part, times), timeZone)] as const),
    ),
  };
}

function readBucket(
  field: string,
  times: ShapeColumn,
  args: BucketArguments & { readonly every: string },
  where: unknown,
): Bucket {
  const every = readEvery(args.every);
  const { origin = null, timeZone } = args;
  if (times.leaf.type === 'LocalTime')
    throw badInput(`every: ${times.value} holds times of day without a date; give parts`);
  if (every.unit !== 'time' && origin !== null)
    throw badInput('origin: leave it out for buckets of days or longer, which follow the calendar');
  if (every.unit === 'time' && times.leaf.type === 'Date')
    throw badInput(`every: ${times.value} holds dates; write P1D or longer`);
  const fill = args.fill ? boundsIn(field, times, where) : null;
  return { column: times.column, every, timeZone, origin, fill };
}

/**
 * Tells whether the name is an IANA time zone. An offset is not, because PostgreSQL reads it with the opposite sign.
 */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
