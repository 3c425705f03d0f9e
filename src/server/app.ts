import { createYoga } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Served } from '../api/current.ts';
import { createVerifier } from '../auth/callers/verify.ts';
import type { Config } from '../config/config.ts';
import type { Incoming } from '../context.ts';
import type { Dashboard } from '../dashboard/dashboard.ts';
import { useDashboard } from '../dashboard/useDashboard.ts';
import { createInFlight, type InFlight, memoryForRequests } from '../db/inFlight.ts';
import type { Probe } from '../db/pool/probe.ts';
import { useDocumentList } from '../graphiql/useDocumentList.ts';
import { useGraphiQL } from '../graphiql/useGraphiQL.ts';
import { createErrorMask } from '../http/clientErrors.ts';
import { useShortMessages } from '../http/shortMessages.ts';
import { useApi } from '../http/useApi.ts';
import { useBodyLimit } from '../http/useBodyLimit.ts';
import { useCaching } from '../http/useCaching.ts';
import { useCaller } from '../http/useCaller.ts';
import { useCsrfPrevention } from '../http/useCsrfPrevention.ts';
import { useDocumentCache } from '../http/useDocumentCache.ts';
import { useDocumentLimits } from '../http/useDocumentLimits.ts';
import { useDocuments } from '../http/useDocuments.ts';
import { useGetParams } from '../http/useGetParams.ts';
import { useHealth } from '../http/useHealth.ts';
import { useInFlight } from '../http/useInFlight.ts';
import { useIntrospection } from '../http/useIntrospection.ts';
import { useJsonBody } from '../http/useJsonBody.ts';
import { useLastMessage } from '../http/useLastMessage.ts';
import { useLifetime } from '../http/useLifetime.ts';
import { usePermissions } from '../http/usePermissions.ts';
import { usePlans } from '../http/usePlans.ts';
import { useRateLimit } from '../http/useRateLimit.ts';
import { useResponseLimit } from '../http/useResponseLimit.ts';
import { useSecurityHeaders } from '../http/useSecurityHeaders.ts';
import { useStatus } from '../http/useStatus.ts';
import { useVariables } from '../http/useVariables.ts';
import { tokenSources, useSignIn } from '../signIn/useSignIn.ts';
import type { Tails } from '../tails/tails.ts';
import { useOperation } from '../telemetry/useOperation.ts';

export interface AppOptions {
  readonly config: Pick<
    Config,
    | 'auth'
    | 'graphiql'
    | 'corsOrigins'
    | 'maxBodyBytes'
    | 'requestTimeoutMs'
    | 'limits'
    | 'requestLimits'
    | 'documents'
    | 'cacheControl'
  >;
  readonly served: Served;
  /** Null where it is not served. */
  readonly dashboard?: Dashboard | null;
  readonly tails: Tails;
  /** What all requests together may have in memory; when absent, what the process has room for. */
  readonly inFlight?: InFlight;
  /** Whether the database can be asked. */
  readonly probe: Probe;
  readonly log: Logger;
}

export type App = ReturnType<typeof createApp>;

/** The path of the API. */
export const endpoint = '/graphql';

/** Of the parsed documents that are kept, which bounds them to some 30 MB. */
const keptTokens = 50_000;

/** The HTTP side of the API: GraphQL, GraphiQL, the dashboard and the probes. */
export function createApp(options: AppOptions) {
  const { config, served, dashboard, tails, inFlight = createInFlight(memoryForRequests()), probe, log } = options;
  const { requestLimits } = config;
  const { perMinute, proxies } = requestLimits;
  const sources = tokenSources(config.auth);
  return createYoga<Partial<Incoming>>({
    // Below it stand the ids of persisted documents.
    graphqlEndpoint: `${endpoint}{/*}?`,
    logging: false, // it would log what clients do wrong as errors: the mask logs what is worth it
    landingPage: false,
    graphiql: false,
    multipart: false,
    maxRequestBodySize: false, // in the place of Yoga's: see useBodyLimit
    batching: false,
    parserAndValidationCache: { documentCache: nothingKept, errorCache: nothingKept },
    cors:
      config.corsOrigins.length > 0
        ? { origin: [...config.corsOrigins], exposedHeaders: ['Retry-After'], maxAge: 86_400 }
        : false,
    maskedErrors: { maskError: createErrorMask(log) },
    // Their order is a contract where two take part in the same hook; test/server/plugins.test.ts holds it.
    plugins: [
      // The record of a request is told of every answer, whoever gives it.
      useOperation(),
      // What needs no caller: probes, and pages that hold no data.
      useHealth(async () => {
        const problem = served.problem();
        if (problem) throw new Error(problem);
        await probe();
      }, log),
      ...(config.graphiql ? [useGraphiQL(endpoint, sources)] : []),
      ...(dashboard ? [useDashboard(dashboard, sources)] : []),
      ...(config.graphiql || dashboard ? [useSignIn(config.auth)] : []),
      // Who is not let in learns nothing more: not whether there is an API, nor whether the document is known.
      useCaller(config.auth && createVerifier(config.auth), endpoint, log),
      useLifetime(config.requestTimeoutMs),
      // A page of another origin is refused before its body is read.
      useCsrfPrevention(config.corsOrigins),
      // Requests count whatever is wrong with them.
      ...(perMinute === null ? [] : [useRateLimit({ perMinute, proxies })]),
      useJsonBody(),
      useBodyLimit(config.maxBodyBytes),
      useInFlight(inFlight, requestLimits, config.maxBodyBytes),
      useGetParams(),
      // From here on there is an API, and the document that is to run on it.
      useApi({ served, tails, endpoint, limits: requestLimits }),
      ...(config.graphiql ? [useDocumentList(endpoint)] : []),
      ...(config.auth ? [usePermissions()] : []),
      useDocumentCache(keptTokens),
      useDocuments({ endpoint, proxies, persistedOnly: config.documents.persistedOnly }),
      // A price goes by the variables as they are meant.
      useVariables(),
      useDocumentLimits(requestLimits, config.limits),
      useShortMessages(),
      useIntrospection(),
      usePlans(requestLimits),
      // What becomes of the result, on its way out.
      useCaching(config.cacheControl),
      useStatus(),
      useResponseLimit(requestLimits.bytes),
      useLastMessage(),
      useSecurityHeaders(),
    ],
  });
}

/** In the place of Yoga's cache of parsed documents, and of those that do not parse: see useDocumentCache. */
const nothingKept = { get: () => undefined, set: () => undefined };
