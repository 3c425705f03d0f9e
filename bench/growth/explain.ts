import { pino } from 'pino';
import { createApiSource } from '../../src/api/api.ts';
import { createServedApi } from '../../src/api/current.ts';
import { createRecorder } from '../../src/commands/check/recorder.ts';
import { createDb, type SharedDb } from '../../src/db/db.ts';
import { createPool } from '../../src/db/pool/pool.ts';
import { createProbe } from '../../src/db/pool/probe.ts';
import { type Sql, sql } from '../../src/db/sql/sql.ts';
import { createApp } from '../../src/server/app.ts';
import { createTails } from '../../src/tails/tails.ts';
import { appConfig } from '../../test/support/config.ts';
import type { BenchDatabase } from '../database.ts';
import type { Request } from '../questions.ts';

/** Counts what PostgreSQL reads for a query of the API. */
export interface Explainer {
  /** Resolves with the number of blocks that its statements visit, in memory or on disk. */
  readonly blocks: (request: Request) => Promise<number>;
  readonly close: () => Promise<void>;
}

/** Runs the API of a schema in this process, on a database that records the statements. */
export async function openExplainer(
  { PGHOST = '', PGPORT, PGDATABASE = '', PGUSER = '', PGPASSWORD = '' }: BenchDatabase['variables'],
  schemaName: string,
): Promise<Explainer> {
  const log = pino({ level: 'error' });
  const pool = createPool({
    ...{ host: PGHOST, port: Number(PGPORT), database: PGDATABASE, user: PGUSER, password: PGPASSWORD },
    ...{ ssl: false, size: 1, connectTimeoutMs: 10_000, statementTimeoutMs: 60_000 },
    onError: (error) => log.error(error),
  });
  const db = createDb(pool);
  const recorder = createRecorder(db);
  const source = createApiSource({ ...{ db: recorder.db, schemaName, log }, limits: appConfig.limits });
  const served = createServedApi(source.build(await source.introspect()), { source, pollMs: 2 ** 30, log });
  const { requestLimits: limits, sseMaxSeconds: maxSeconds } = appConfig;
  const tails = createTails({ db, limits, maxSeconds, log });
  const app = createApp({ config: appConfig, served, tails, probe: createProbe(pool), log });
  return {
    async blocks(request) {
      recorder.take();
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(request);
      const response = await app.fetch('http://localhost/graphql', { method: 'POST', headers, body });
      const answer = await response.text();
      const statements = recorder.take();
      if (answer.includes('"errors"') || statements.length === 0) throw new Error(answer.slice(0, 1000));
      const each = await Promise.all(statements.map((statement) => blocksOf(db, statement)));
      return each.reduce((sum, blocks) => sum + blocks);
    },
    async close() {
      served.stop();
      tails.stop();
      await pool.end();
    },
  };
}

async function blocksOf(db: SharedDb, statement: Sql): Promise<number> {
  const [row] = await db.rows(sql`explain (analyze, buffers, format json) ${statement}`);
  const [{ Plan: plan }] = JSON.parse(row?.['QUERY PLAN'] ?? '') as [{ Plan: Readonly<Record<string, number>> }];
  return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
}
