import type { DateTimeWhere } from '../gql/graphql';

/** A range that ends now, or between two times. */
export type Range = PresetName | Between;

/** A range of time, in milliseconds since 1970. */
export interface Between {
  readonly from: number;
  readonly to: number;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const presets = {
  '1h': { label: '1 h', name: 'the last hour', within: 'PT1H', ms: hour },
  '6h': { label: '6 h', name: 'the last 6 hours', within: 'PT6H', ms: 6 * hour },
  '24h': { label: '24 h', name: 'the last 24 hours', within: 'PT24H', ms: day },
  '7d': { label: '7 d', name: 'the last 7 days', within: 'P7D', ms: 7 * day },
  '30d': { label: '30 d', name: 'the last 30 days', within: 'P30D', ms: 30 * day },
} as const;

export type PresetName = keyof typeof presets;

export const presetNames = Object.keys(presets) as PresetName[];

export const isPreset = (range: Range | string): range is PresetName =>
  typeof range === 'string' && Object.hasOwn(presets, range);

const longestStep = ['P30D', 30 * day, '30 days'] as const;

/** Possible lengths of a bucket. */
const steps = [
  ['PT1S', 1000, 'second'],
  ['PT10S', 10_000, '10 seconds'],
  ['PT1M', minute, 'minute'],
  ['PT5M', 5 * minute, '5 minutes'],
  ['PT15M', 15 * minute, '15 minutes'],
  ['PT1H', hour, 'hour'],
  ['PT2H', 2 * hour, '2 hours'],
  ['PT8H', 8 * hour, '8 hours'],
  ['P1D', day, 'day'],
  ['P7D', 7 * day, '7 days'],
  longestStep,
] as const;

/** Largest number of bars that can still be distinguished. */
const mostBars = 100;

export interface Bucket {
  readonly every: string;
  readonly ms: number;
  readonly name: string;
}

/** Returns the shortest bucket length with which the range does not have too many buckets. */
export function bucketOf(range: Range, most = mostBars): Bucket {
  const { from, to } = spanOf(range);
  const [every, ms, name] = steps.find(([, ms]) => (to - from) / ms <= most) ?? longestStep;
  return { every, ms, name };
}

/** Returns the start and end, as of now. */
export function spanOf(range: Range): Between {
  if (!isPreset(range)) return range;
  const to = Date.now();
  return { from: to - presets[range].ms, to };
}

/**
 * Makes the filter for the range. A range that ends now uses the database's clock, which may differ from the page's.
 */
export const during = (range: Range): DateTimeWhere =>
  isPreset(range)
    ? { within: presets[range].within }
    : { gte: new Date(range.from).toISOString(), lt: new Date(range.to).toISOString() };

/** Shortest range; a shorter one shows only single events. */
const shortest = 10_000;
/** Longest range; a longer one has more buckets than can be distinguished. */
export const longest = 5 * 365 * day;
/** The last time with a four-digit year. */
const lastTime = Date.UTC(9999, 11, 31);

/** Tells whether a range can be shown: it ends after its start, is not too long, and begins after 1970. */
export const isPossible = ({ from, to }: Between): boolean =>
  from >= 0 && from < to && to <= lastTime && to - from <= longest;

/** Returns the range moved by `by` of its length and `zoom` times as long, around its middle but not beyond now. */
export function move(range: Range, { by = 0, zoom = 1 }: { by?: number; zoom?: number }): Between {
  const { from, to } = spanOf(range);
  const length = Math.min(longest, Math.max(shortest, (to - from) * zoom));
  const middle = (from + to) / 2 + by * (to - from);
  const latest = zoom > 1 ? Math.max(to, Date.now()) : lastTime;
  const begin = Math.max(0, Math.min(middle + length / 2, latest) - length);
  return { from: Math.round(begin), to: Math.round(begin + length) };
}

/**
 * Returns how often to update the range: a chart of minutes changes sooner than one of hours. Null if it no longer
 * changes.
 */
export const pollMs = (range: Range): number | null =>
  isPreset(range) ? Math.min(15_000, Math.max(5000, bucketOf(range).ms / 12)) : null;
