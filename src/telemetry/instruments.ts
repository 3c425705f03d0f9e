import { metrics } from '@opentelemetry/api';

/** What is measured as it happens. */
export type Instruments = ReturnType<typeof createInstruments>;

/** From the stable semantic conventions of HTTP and database clients, in seconds. */
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const statementBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
const costBuckets = [1, 10, 50, 100, 500, 1000, 5000, 10_000, 50_000, 100_000];

/** Instruments of the SDK that is registered, or ones that do nothing. Names that no convention has begin with ours. */
export function createInstruments() {
  const meter = metrics.getMeter('events-graphql');
  const histogram = (name: string, unit: string, description: string, explicitBucketBoundaries: number[]) =>
    meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries } });
  return {
    requestDuration: histogram('http.server.request.duration', 's', 'HTTP requests, probes excepted', requestBuckets),
    operationDuration: histogram(
      'events_graphql.operation.duration',
      's',
      'Requests that ran a GraphQL operation, by its name and outcome',
      requestBuckets,
    ),
    operationCost: histogram('events_graphql.document.cost', '{point}', 'Estimated cost of documents', costBuckets),
    documentsRefused: meter.createCounter('events_graphql.document.refused', {
      unit: '{document}',
      description: 'Documents that were not run: not agreed, unknown, or too costly',
    }),
    subscriptions: meter.createUpDownCounter('events_graphql.subscription.open', {
      unit: '{subscription}',
      description: 'Responses that stream',
    }),
    statementDuration: histogram('db.client.operation.duration', 's', 'Statements, waiting included', statementBuckets),
  };
}
