import { setTimeout as wait } from 'node:timers/promises';
import { createYoga } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Db } from './db/db.ts';
import { sql } from './db/sql.ts';
import { useGraphiQL } from './graphiql/useGraphiQL.ts';
import { createErrorMask } from './http/clientErrors.ts';
import { useApi } from './http/useApi.ts';
import { useBodyLimit } from './http/useBodyLimit.ts';
import { useCsrfPrevention } from './http/useCsrfPrevention.ts';
import { useHealth } from './http/useHealth.ts';
import { useRateLimit } from './http/useRateLimit.ts';
import { useSearchParams } from './http/useSearchParams.ts';
import { useSecurityHeaders } from './http/useSecurityHeaders.ts';
import { useStatus } from './http/useStatus.ts';
import { createDocumentCache } from './limits/documentCache.ts';
import { useDocumentLimits } from './limits/useDocumentLimits.ts';
import { useResponseLimit } from './limits/useResponseLimit.ts';
import type { Served } from './served.ts';

export interface AppOptions {
  readonly config: Pick<Config, 'graphiql' | 'corsOrigins' | 'maxBodyBytes' | 'limits' | 'requestLimits'>;
  readonly served: Served;
  readonly db: Db;
  readonly log: Logger;
}

export type App = ReturnType<typeof createApp>;

const endpoint = '/graphql';

/** Of the text of parsed documents that are kept, in characters. */
const keptDocuments = 1_000_000;

/** The HTTP side of the API: GraphQL, GraphiQL and the probes. */
export function createApp({ config, served, db, log }: AppOptions) {
  const { requestLimits } = config;
  const { perMinute, proxies } = requestLimits;
  return createYoga({
    graphqlEndpoint: endpoint,
    logging: false, // it would log what clients do wrong as errors: the mask logs what is worth it
    landingPage: false,
    graphiql: false,
    multipart: false,
    maxRequestBodySize: false, // in the place of Yoga's: see useBodyLimit
    batching: false,
    parserAndValidationCache: { documentCache: createDocumentCache(keptDocuments), errorCache: nothingKept },
    cors:
      config.corsOrigins.length > 0
        ? { origin: [...config.corsOrigins], exposedHeaders: ['Retry-After'], maxAge: 86_400 }
        : false,
    maskedErrors: { maskError: createErrorMask(log) },
    plugins: [
      useSecurityHeaders(),
      useHealth(async () => {
        const problem = served.problem();
        if (problem) throw new Error(problem);
        await Promise.race([db.rows(sql`select 1`), silence()]);
      }, log),
      ...(config.graphiql ? [useGraphiQL(endpoint)] : []),
      useCsrfPrevention(config.corsOrigins),
      useBodyLimit(config.maxBodyBytes),
      useSearchParams(),
      ...(perMinute === null ? [] : [useRateLimit({ perMinute, proxies })]),
      useApi(served, endpoint, requestLimits),
      useDocumentLimits(requestLimits, config.limits),
      useStatus(),
      useResponseLimit(requestLimits.bytes),
    ],
  });
}

/** Documents that do not parse are not worth the memory. */
const nothingKept = { get: () => undefined, set: () => undefined };

/** Shorter than the probes of container platforms wait. */
const probeMs = 2000;

async function silence(): Promise<never> {
  await wait(probeMs, undefined, { ref: false });
  throw new Error(`The database did not answer within ${probeMs} ms`);
}
