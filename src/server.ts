import { setTimeout as wait } from 'node:timers/promises';
import { createYoga } from 'graphql-yoga';
import type { Logger } from 'pino';
import { createVerifier } from './auth/verify.ts';
import type { Config } from './config.ts';
import type { Incoming } from './context.ts';
import type { Db } from './db/db.ts';
import { sql } from './db/sql.ts';
import { useDocuments } from './documents/useDocuments.ts';
import { useGraphiQL } from './graphiql/useGraphiQL.ts';
import { createErrorMask } from './http/clientErrors.ts';
import { useApi } from './http/useApi.ts';
import { useCaching } from './http/useCaching.ts';
import { useCaller } from './http/useCaller.ts';
import { useGetParams } from './http/useGetParams.ts';
import { useHealth } from './http/useHealth.ts';
import { useLifetime } from './http/useLifetime.ts';
import { usePermissions } from './http/usePermissions.ts';
import { useStatus } from './http/useStatus.ts';
import type { Served } from './served.ts';
import { useOperation } from './telemetry/useOperation.ts';

export interface AppOptions {
  readonly config: Pick<
    Config,
    'auth' | 'graphiql' | 'corsOrigins' | 'maxBodyBytes' | 'requestTimeoutMs' | 'documents' | 'cacheControl'
  >;
  readonly served: Served;
  readonly db: Db;
  readonly log: Logger;
}

export type App = ReturnType<typeof createApp>;

/** The path of the API. */
export const endpoint = '/graphql';

/** The HTTP side of the API: GraphQL, GraphiQL and the probes. */
export function createApp({ config, served, db, log }: AppOptions) {
  return createYoga<Partial<Incoming>>({
    // Below it stand the ids of persisted documents.
    graphqlEndpoint: `${endpoint}{/*}?`,
    logging: quiet(log),
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
      useOperation(),
      useHealth(async () => {
        const problem = served.problem();
        if (problem) throw new Error(problem);
        await Promise.race([db.rows(sql`select 1`), silence()]);
      }, log),
      ...(config.graphiql ? [useGraphiQL(endpoint)] : []),
      useCaller(config.auth && createVerifier(config.auth), endpoint, log),
      useLifetime(config.requestTimeoutMs),
      useApi(served, endpoint),
      ...(config.auth ? [usePermissions(config.auth.permissionNames)] : []),
      useGetParams(),
      useDocuments({ endpoint, persistedOnly: config.documents.persistedOnly }),
      useCaching(config.cacheControl),
      useStatus(),
    ],
  });
}

/** Yoga logs every error that the mask gives a code, as an error and twice; the mask logs what needs it, once. */
const quiet = (log: Logger) => ({
  debug: (message: unknown) => log.debug(message),
  info: (message: unknown) => log.info(message),
  warn: (message: unknown) => log.warn(message),
  error: () => {},
});

/** Shorter than the probes of container platforms wait. */
const probeMs = 2000;

async function silence(): Promise<never> {
  await wait(probeMs, undefined, { ref: false });
  throw new Error(`The database did not answer within ${probeMs} ms`);
}
