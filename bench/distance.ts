import { fork } from 'node:child_process';
import { once } from 'node:events';
import pg from 'pg';
import type { BenchDatabase } from './database.ts';
import { median } from './statistics.ts';

/** A longer way to the database, through a proxy process. */
export interface Distance {
  /** Variables of a connection through the proxy. */
  readonly variables: Readonly<Record<string, string>>;
  /**
   * Sets the distance to the database in milliseconds; resolves with the distance that a ping measures, and rejects if
   * that is less.
   */
  readonly set: (ms: number) => Promise<number>;
  readonly stop: () => void;
}

const program = new URL('./delay.ts', import.meta.url).pathname;

export async function openDistance({ variables }: Pick<BenchDatabase, 'variables'>): Promise<Distance> {
  const child = fork(program, [variables['PGPORT'] ?? '5432']);
  const [port] = await once(child, 'message');
  const further = { ...variables, PGPORT: String(port) };
  return {
    variables: further,
    async set(ms) {
      child.send(ms);
      const added = (await ping(further)) - (await ping(variables));
      if (added < ms) throw new Error(`The database is ${added} ms away instead of ${ms}`);
      return added;
    },
    stop: () => child.kill(),
  };
}

const pings = 101;

/** Measures the median of the shortest statement's round trip, in milliseconds. */
async function ping(variables: Readonly<Record<string, string>>): Promise<number> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: Number(variables['PGPORT']),
    database: variables['PGDATABASE'],
    user: variables['PGUSER'],
    password: variables['PGPASSWORD'],
  });
  await client.connect();
  const times: number[] = [];
  for (let n = 0; n < pings; n++) {
    const started = performance.now();
    await client.query(';');
    times.push(performance.now() - started);
  }
  await client.end();
  return median(times);
}
