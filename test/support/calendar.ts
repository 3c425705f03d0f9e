/** Clocks and calendars from Intl, independent of PostgreSQL. All times are in milliseconds. */

const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Returns the local time of an instant in a zone, written as if it were UTC. */
export function wallTime(instant: number, timeZone: string): number {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en', {
      ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
  formats.set(timeZone, format);
  const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day: date = 1, hour: hours = 0, minute: minutes = 0, second: seconds = 0 } = parts;
  return Date.UTC(year, month - 1, date, hours, minutes, seconds) + (((instant % second) + second) % second);
}

/**
 * Returns the instant of a local time: the later of two, and for a time that clocks skip, the one by the previous
 * offset.
 */
export function instantOf(wall: number, timeZone: string): number {
  const by = (near: number) => wall - (wallTime(near, timeZone) - near);
  const [before, after] = [by(wall - day), by(wall + day)];
  return wallTime(after, timeZone) === wall ? after : before;
}

/** A length of time: calendar months and days, and milliseconds. */
export interface Span {
  readonly months: number;
  readonly days: number;
  readonly ms: number;
}

/** Returns the local time that is a length earlier; a day that a month lacks becomes its last day. */
export function earlierWall(wall: number, { months, days, ms }: Span): number {
  const date = new Date(wall);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() - months];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const midnight = Date.UTC(year, month, Math.min(date.getUTCDate(), last));
  return midnight + (((wall % day) + day) % day) - days * day - ms;
}

/** Returns the instant that is a length earlier; months and days count in local time. */
export const earlierInstant = (instant: number, span: Span, timeZone: string): number =>
  instantOf(earlierWall(wallTime(instant, timeZone), { ...span, ms: 0 }), timeZone) - span.ms;

/** Returns the parts of a local time. */
export function partsOf(wall: number) {
  const date = new Date(wall);
  const weekday = date.getUTCDay() || 7;
  const thursday = new Date(wall + (4 - weekday) * day);
  const isoYear = thursday.getUTCFullYear();
  return {
    minuteOfHour: date.getUTCMinutes(),
    hourOfDay: date.getUTCHours(),
    weekday,
    dayOfMonth: date.getUTCDate(),
    isoWeek: 1 + Math.floor((thursday.getTime() - Date.UTC(isoYear, 0, 1)) / (7 * day)),
    month: date.getUTCMonth() + 1,
    quarter: 1 + Math.floor(date.getUTCMonth() / 3),
    year: date.getUTCFullYear(),
    isoYear,
  };
}

/** The length of a bucket: a number of calendar units, or milliseconds. */
export type Length = { readonly unit: 'day' | 'week' | 'month'; readonly count: number } | { readonly ms: number };

const floorTo = (value: number, step: number, origin: number) => origin + Math.floor((value - origin) / step) * step;
const firstDay = Date.UTC(2000, 0, 1);
const firstMonday = Date.UTC(2000, 0, 3);

/** Returns the start of the bucket that contains a time; `origin` is where buckets of milliseconds are counted from. */
export function bucketStart(time: number, length: Length, origin = firstDay): number {
  if ('ms' in length) return floorTo(time, length.ms, origin);
  if (length.unit === 'day') return floorTo(time, length.count * day, firstDay);
  if (length.unit === 'week') return floorTo(time, length.count * 7 * day, firstMonday);
  const date = new Date(time);
  const months = (date.getUTCFullYear() - 2000) * 12 + date.getUTCMonth();
  return Date.UTC(2000, floorTo(months, length.count, 0), 1);
}

/** Returns the start of the next bucket. */
export function nextBucket(start: number, length: Length): number {
  if ('ms' in length) return start + length.ms;
  if (length.unit === 'month') {
    const date = new Date(start);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + length.count, 1);
  }
  return start + length.count * day * (length.unit === 'week' ? 7 : 1);
}
