import { type Attributes, metrics, type ObservableGauge } from '@opentelemetry/api';
import type { PoolEvent } from '../db/pool/report.ts';
import type { PoolStats } from '../db/pool/stats.ts';

/** The events of the pool that have a counter. */
const counted: readonly (readonly [event: PoolEvent, name: string, unit: string, attributes?: Attributes])[] = [
  ['opened', 'events_graphql.login.count', '{login}'],
  ['login-failed', 'events_graphql.login.count', '{login}', { 'error.type': 'login-failed' }],
  ['lost', 'events_graphql.connection.lost', '{connection}'],
  ['replaced', 'events_graphql.connection.rotations', '{connection}'],
  ['postponed', 'events_graphql.connection.rotations_postponed', '{connection}'],
  ['run-again', 'events_graphql.statement.reruns', '{statement}'],
  ['token-issued', 'events_graphql.token.refreshes', '{token}'],
  ['token-failed', 'events_graphql.token.refreshes', '{token}', { 'error.type': 'token-failed' }],
];

export interface PoolMetricsOptions {
  readonly stats: () => PoolStats;
  /** Maximum number of connections. */
  readonly size: number;
}

/** Reports the state of the pool whenever metrics are collected. */
export function observePool({ stats, size }: PoolMetricsOptions): void {
  const meter = metrics.getMeter('events-graphql');
  const gauge = (name: string, unit: string, description: string) =>
    meter.createObservableGauge(name, { unit, description });
  const upDown = (name: string, unit: string, description: string) =>
    meter.createObservableUpDownCounter(name, { unit, description });
  const connections = upDown('db.client.connection.count', '{connection}', 'Open connections by state');
  const most = upDown('db.client.connection.max', '{connection}', 'The size of the pool');
  const waiting = upDown('db.client.connection.pending_requests', '{request}', 'Statements that wait for a connection');
  const age = gauge('events_graphql.token.age', 's', 'Time since the newest token was issued');
  const toExpiry = gauge(
    'events_graphql.token.time_to_expiry',
    's',
    'Time until the newest of the tokens of open connections expires',
  );
  const counters = new Map(
    counted.map(([, name, unit]) => [name, meter.createObservableCounter(name, { unit })] as const),
  );
  const pool = { 'db.client.connection.pool.name': 'events-graphql' };

  meter.addBatchObservableCallback(
    (result) => {
      const { open, idle, waiting: pending, counts, tokenIssuedAt, tokenEndsAt } = stats();
      result.observe(connections, idle, { ...pool, 'db.client.connection.state': 'idle' });
      result.observe(connections, open - idle, { ...pool, 'db.client.connection.state': 'used' });
      result.observe(most, size, pool);
      result.observe(waiting, pending, pool);
      for (const [event, name, , attributes] of counted) {
        const counter = counters.get(name);
        if (counter) result.observe(counter, counts[event], attributes);
      }
      const observeSeconds = (instrument: ObservableGauge, ms: number) => {
        if (Number.isFinite(ms)) result.observe(instrument, ms / 1000);
      };
      const now = Date.now();
      observeSeconds(age, now - (tokenIssuedAt ?? Number.NaN));
      observeSeconds(toExpiry, (tokenEndsAt ?? Number.NaN) - now);
    },
    [connections, most, waiting, age, toExpiry, ...counters.values()],
  );
}
