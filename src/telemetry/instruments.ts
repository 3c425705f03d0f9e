import { metrics } from '@opentelemetry/api';

/** The synchronous instruments, which record values as things happen. */
export type Instruments = ReturnType<typeof createInstruments>;

/** Histogram boundaries in seconds, from the stable semantic conventions for HTTP and database clients. */
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const statementBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
const costBuckets = [1, 10, 50, 100, 500, 1000, 5000, 10_000, 50_000, 100_000];

/**
 * Creates the instruments; without an SDK they do nothing. Metrics that are in no semantic convention have our own prefix.
 */
export function createInstruments() {
  const meter = metrics.getMeter('events-graphql');
  const histogram = (name: string, unit: string, description: string, explicitBucketBoundaries: number[]) =>
    meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries } });
  return {
    requestDuration: histogram(
      'http.server.request.duration',
      's',
      'Duration of HTTP requests, except health probes',
      requestBuckets,
    ),
    operationDuration: histogram(
      'events_graphql.operation.duration',
      's',
      'Duration of requests whose document was parsed, by operation and outcome',
      requestBuckets,
    ),
    operationCost: histogram('events_graphql.document.cost', '{point}', 'Estimated cost of documents', costBuckets),
    documentsRefused: meter.createCounter('events_graphql.document.refused', {
      unit: '{document}',
      description: 'Documents that were not run: not persisted, unknown, or too costly',
    }),
    subscriptions: meter.createUpDownCounter('events_graphql.subscription.open', {
      unit: '{subscription}',
      description: 'Open subscriptions',
    }),
    statementDuration: histogram(
      'db.client.operation.duration',
      's',
      'Duration of statements, including the wait for a connection',
      statementBuckets,
    ),
  };
}
