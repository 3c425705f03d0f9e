import type { GraphQLSchema } from 'graphql';
import { pino } from 'pino';
import { type Api, buildApi } from '../../src/api/api.ts';
import type { ServedApi } from '../../src/api/current.ts';
import { defaultRequestLimits } from '../../src/config/limits.ts';
import { createDb } from '../../src/db/db.ts';
import { createPool } from '../../src/db/pool/pool.ts';
import { createProbe } from '../../src/db/pool/probe.ts';
import type { ServerConnection } from '../../src/dev/embedded/server.ts';
import { createApp } from '../../src/server/app.ts';
import { createTails } from '../../src/tails/tails.ts';
import { serializers } from '../../src/telemetry/logger.ts';
import { appConfig, unlimited } from '../support/config.ts';

export interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly Problem[];
}

export interface Problem {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string };
}

/** A server on one database, which serves one schema after another. */
export interface Host {
  /** Serves another schema from then on. */
  readonly serve: (schema: string) => Promise<GraphQLSchema>;
  readonly ask: (document: string, variables?: Readonly<Record<string, unknown>>) => Promise<Answer>;
  /** Returns the errors that the server has logged since it began to serve the schema. */
  readonly faults: () => readonly string[];
  readonly close: () => Promise<void>;
}

export function createHost(connection: ServerConnection): Host {
  const faults: string[] = [];
  const log = pino({ level: 'error', serializers }, { write: (line: string) => void faults.push(line) });
  const server = { ...connection, ssl: false, connectTimeoutMs: 10_000, statementTimeoutMs: 20_000 } as const;
  const pool = createPool({ ...server, size: 2, onError: () => {} });
  const db = createDb(pool);
  const config = { ...appConfig, requestLimits: { ...defaultRequestLimits, ...unlimited }, maxBodyBytes: 1e7 };
  let current: Api | null = null;
  const served: ServedApi = {
    current: () => current,
    serves: () => current !== null,
    check: async () => {},
    checkSoon: async () => {},
    hasChanged: async () => false,
    refreshDocuments: () => {},
    stop: () => {},
  };
  const tails = createTails({
    ...{ db, limits: config.requestLimits, maxSeconds: 1, heartbeatMs: undefined, log },
    listen: async () => {
      throw new Error('Nobody follows a tail');
    },
  });
  const app = createApp({ config, served, tails, probe: createProbe(pool), log });
  return {
    async serve(schemaName) {
      faults.length = 0;
      current = await buildApi({ db, schemaName, limits: config.limits, log });
      return current.schema;
    },
    async ask(query, variables) {
      const response = await app.fetch('http://localhost/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as Answer;
    },
    faults: () => faults,
    async close() {
      await app.dispose();
      await pool.end();
    },
  };
}
