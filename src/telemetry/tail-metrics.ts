import { metrics } from '@opentelemetry/api';
import type { TailStats } from '../tails/stats.ts';

/** Reports for how long writers have kept the live tails of each table waiting, whenever metrics are collected. */
export function observeTails(stats: () => readonly TailStats[]): void {
  const description = 'How long a writer has kept the rows of a table from its live tails';
  const delay = metrics.getMeter('events-graphql').createObservableGauge('events_graphql.tail.delay', {
    unit: 's',
    description,
  });
  delay.addCallback((result) => {
    for (const { table, delayMs } of stats()) result.observe(delayMs / 1000, { 'db.collection.name': table });
  });
}
