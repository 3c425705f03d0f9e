import { metrics } from '@opentelemetry/api';
import type { TailStats } from '../tails/stats.ts';

/** Reports, whenever metrics are collected, how long writers have delayed the live tails of each table. */
export function observeTails(stats: () => readonly TailStats[]): void {
  const description = 'How long a writer has delayed the live tails of a table';
  const delay = metrics.getMeter('events-graphql').createObservableGauge('events_graphql.tail.delay', {
    unit: 's',
    description,
  });
  // The SDK repeats the last value of a series that is no longer observed, so tables without streams report 0.
  const delays = new Map<string, number>();
  delay.addCallback((result) => {
    for (const table of delays.keys()) delays.set(table, 0);
    for (const { table, delayMs } of stats()) delays.set(table, delayMs);
    for (const [table, ms] of delays) result.observe(ms / 1000, { 'db.collection.name': table });
  });
}
