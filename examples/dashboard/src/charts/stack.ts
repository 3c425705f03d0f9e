import type { OverviewQuery, Severity } from '../gql/graphql';
import { severities } from '../state/severities';

export interface Stack {
  /** The starts of the buckets, in seconds since 1970. */
  readonly times: readonly number[];
  /** Number of events in each bucket, by severity. */
  readonly counts: ReadonlyMap<Severity, readonly number[]>;
  readonly totals: readonly number[];
}

/** Turns groups by severity and bucket, in any order, into columns of equal length. */
export function stackOf(groups: NonNullable<OverviewQuery['bySeverity']>): Stack {
  const found = new Map<string, number>();
  const buckets = new Set<string>();
  for (const { bucket, key, count } of groups) {
    if (bucket === null) continue;
    buckets.add(bucket);
    found.set(`${key.severity} ${bucket}`, count);
  }
  const order = [...buckets].sort((a, b) => Date.parse(a) - Date.parse(b));
  const counts = new Map(
    severities.map((severity) => [severity, order.map((bucket) => found.get(`${severity} ${bucket}`) ?? 0)] as const),
  );
  return {
    times: order.map((bucket) => Date.parse(bucket) / 1000),
    counts,
    totals: order.map((_, i) => severities.reduce((sum, severity) => sum + (counts.get(severity)?.[i] ?? 0), 0)),
  };
}

/**
 * Returns the series to draw: each severity up to the top of its part, the highest first, so that the lower ones cover
 * it.
 */
export function layersOf({ counts, totals }: Stack): readonly { severity: Severity; tops: readonly number[] }[] {
  let tops: readonly number[] = totals.map(() => 0);
  return severities
    .map((severity) => {
      tops = tops.map((top, i) => top + (counts.get(severity)?.[i] ?? 0));
      return { severity, tops };
    })
    .toReversed();
}
