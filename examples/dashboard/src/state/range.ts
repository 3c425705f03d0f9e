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

export const isPreset = (range: Range | string): range is PresetName =>
  typeof range === 'string' && Object.hasOwn(presets, range);

const longestStep = ['P30D', 30 * day, '30 days'] as const;

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
  ['P7D', 7 * day, '7 days'],
  longestStep,
] as const;

/** Bars that one can still tell apart. */
const mostBars = 100;

export interface Bucket {
  readonly every: string;
  readonly ms: number;
  readonly name: string;
}

/** The shortest bucket of which the range does not have too many. */
export function bucketOf(range: Range, most = mostBars): Bucket {
  const { from, to } = spanOf(range);
  const [every, ms, name] = steps.find(([, ms]) => (to - from) / ms <= most) ?? longestStep;
  return { every, ms, name };
}

/** Where it begins and ends, for now. */
export function spanOf(range: Range): Between {
  if (!isPreset(range)) return range;
  const to = Date.now();
  return { from: to - presets[range].ms, to };
}

/** Up to now it goes by the clock of the database, which the page's own may not agree with. */
export const during = (range: Range): DateTimeWhere =>
  isPreset(range)
    ? { within: presets[range].within }
    : { gte: new Date(range.from).toISOString(), lt: new Date(range.to).toISOString() };

/** Shorter ones show nothing but single events. */
const shortest = 10_000;
/** Longer ones would have more buckets than can be told apart. */
export const longest = 5 * 365 * day;
/** The last time that four digits of a year can say. */
const lastTime = Date.UTC(9999, 11, 31);

/** Whether it can be shown: the right way round, no longer than the longest, and since 1970. */
export const isPossible = ({ from, to }: Between): boolean =>
  from >= 0 && from < to && to <= lastTime && to - from <= longest;

/** The range `by` of its own length later, and `zoom` times as long: around its middle, but no further than now. */
export function move(range: Range, { by = 0, zoom = 1 }: { by?: number; zoom?: number }): Between {
  const { from, to } = spanOf(range);
  const length = Math.min(longest, Math.max(shortest, (to - from) * zoom));
  const middle = (from + to) / 2 + by * (to - from);
  const latest = zoom > 1 ? Math.max(to, Date.now()) : lastTime;
  const begin = Math.max(0, Math.min(middle + length / 2, latest) - length);
  return { from: Math.round(begin), to: Math.round(begin + length) };
}

/** How often to ask for it again: a chart of minutes moves sooner than one of hours. Null where nothing comes any more. */
export const pollMs = (range: Range): number | null =>
  isPreset(range) ? Math.min(15_000, Math.max(5000, bucketOf(range).ms / 12)) : null;
