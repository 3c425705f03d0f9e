import { setTimeout as wait } from 'node:timers/promises';
import { createYoga } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Db } from './db/db.ts';
import { sql } from './db/sql.ts';
import { useGraphiQL } from './graphiql/useGraphiQL.ts';
import { createErrorMask } from './http/clientErrors.ts';
import { useApi } from './http/useApi.ts';
import { useHealth } from './http/useHealth.ts';
import { useStatus } from './http/useStatus.ts';
import type { Served } from './served.ts';
import type { Tails } from './tails/tails.ts';

export interface AppOptions {
  readonly config: Pick<Config, 'graphiql' | 'corsOrigins' | 'maxBodyBytes'>;
  readonly served: Served;
  readonly tails: Tails;
  readonly db: Db;
  readonly log: Logger;
}

export type App = ReturnType<typeof createApp>;

const endpoint = '/graphql';

/** The HTTP side of the API: GraphQL, GraphiQL and the probes. */
export function createApp({ config, served, tails, db, log }: AppOptions) {
  return createYoga({
    graphqlEndpoint: endpoint,
    logging: log,
    landingPage: false,
    graphiql: false,
    multipart: false,
    maxRequestBodySize: config.maxBodyBytes,
    cors:
      config.corsOrigins.length > 0
        ? { origin: [...config.corsOrigins], exposedHeaders: ['Retry-After'], maxAge: 86_400 }
        : false,
    maskedErrors: { maskError: createErrorMask(log) },
    plugins: [
      useHealth(async () => {
        const problem = served.problem();
        if (problem) throw new Error(problem);
        await Promise.race([db.rows(sql`select 1`), silence()]);
      }, log),
      ...(config.graphiql ? [useGraphiQL(endpoint)] : []),
      useApi(served, tails, endpoint),
      useStatus(),
    ],
  });
}

/** Shorter than the probes of container platforms wait. */
const probeMs = 2000;

async function silence(): Promise<never> {
  await wait(probeMs, undefined, { ref: false });
  throw new Error(`The database did not answer within ${probeMs} ms`);
}
