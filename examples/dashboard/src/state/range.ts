import type { DateTimeWhere } from '../gql/graphql';

/** Up to now, or between two times. */
export type Range = PresetName | Between;

/** In milliseconds since 1970. */
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

export const isPreset = (range: Range | string): range is PresetName => typeof range === 'string' && range in presets;

/** The lengths that a bucket may have. */
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
] as const;

/** Bars that one can still tell apart. */
const mostBuckets = 100;

export interface Bucket {
  readonly every: string;
  readonly ms: number;
  readonly name: string;
}

/** The shortest bucket of which the range does not have too many. */
export function bucketOf(range: Range): Bucket {
  const fits = steps.find(([, ms]) => lengthOf(range) / ms <= mostBuckets);
  const [every, ms, name] = fits ?? (['P1D', day, 'day'] as const);
  return { every, ms, name };
}

const lengthOf = (range: Range): number => (isPreset(range) ? presets[range].ms : range.to - range.from);

/** Up to now it goes by the clock of the database, which the page's own may not agree with. */
export const during = (range: Range): DateTimeWhere =>
  isPreset(range)
    ? { within: presets[range].within }
    : { gte: new Date(range.from).toISOString(), lt: new Date(range.to).toISOString() };

/** Shorter ones show nothing but single events. */
const shortest = 10_000;

/** The range `by` of its own length later, and `zoom` times as long. */
export function move(range: Range, { by = 0, zoom = 1 }: { by?: number; zoom?: number }): Between {
  const length = lengthOf(range);
  const to = isPreset(range) ? Date.now() : range.to;
  const middle = to - length / 2 + by * length;
  const half = Math.max(shortest, length * zoom) / 2;
  return { from: Math.round(middle - half), to: Math.round(middle + half) };
}

/** How often to ask for it again: a chart of minutes moves sooner than one of hours. Null where nothing comes any more. */
export const pollMs = (range: Range): number | null =>
  isPreset(range) ? Math.min(15_000, Math.max(5000, bucketOf(range).ms / 12)) : null;
