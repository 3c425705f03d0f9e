import { createYoga } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { ServedApi } from '../api/current.ts';
import { createVerifier } from '../auth/callers/verify.ts';
import type { Config } from '../config/config.ts';
import type { Incoming } from '../context.ts';
import type { Dashboard } from '../dashboard/dashboard.ts';
import { useDashboard } from '../dashboard/useDashboard.ts';
import type { InFlight } from '../db/inFlight.ts';
import type { Probe } from '../db/pool/probe.ts';
import { createProcessInFlight } from '../db/processInFlight.ts';
import { useDocumentList } from '../graphiql/useDocumentList.ts';
import { useGraphiQL } from '../graphiql/useGraphiQL.ts';
import { createErrorMask } from '../http/clientErrors.ts';
import { preventCsrf } from '../http/csrf.ts';
import { limitRate } from '../http/rateLimit.ts';
import { limitBody, readParams, receiveBody } from '../http/readParams.ts';
import { useShortMessages } from '../http/shortMessages.ts';
import { useAdmission } from '../http/useAdmission.ts';
import { createContextOf, useApi } from '../http/useApi.ts';
import { createCaching, useCaching } from '../http/useCaching.ts';
import { useCaller } from '../http/useCaller.ts';
import { createConcurrency, useConcurrency } from '../http/useConcurrency.ts';
import { createDocumentCache, useDocumentCache } from '../http/useDocumentCache.ts';
import { createPricing, useDocumentLimits } from '../http/useDocumentLimits.ts';
import { createDocumentChoice, useDocuments } from '../http/useDocuments.ts';
import { useHealth } from '../http/useHealth.ts';
import { useInFlight } from '../http/useInFlight.ts';
import { useIntrospection } from '../http/useIntrospection.ts';
import { useLastMessage } from '../http/useLastMessage.ts';
import { useLifetime } from '../http/useLifetime.ts';
import { useOperation } from '../http/useOperation.ts';
import { usePermissions } from '../http/usePermissions.ts';
import { usePlans } from '../http/usePlans.ts';
import { useResponseLimit } from '../http/useResponseLimit.ts';
import { useSchemaText } from '../http/useSchemaText.ts';
import { useSecurityHeaders } from '../http/useSecurityHeaders.ts';
import { useStatus } from '../http/useStatus.ts';
import { useTurns } from '../http/useTurns.ts';
import { useVariables } from '../http/useVariables.ts';
import { tokenSources, useSignIn } from '../signIn/useSignIn.ts';
import type { Tails } from '../tails/tails.ts';
import { combineHooks } from './combineHooks.ts';

export interface AppOptions {
  readonly config: Pick<
    Config,
    | 'auth'
    | 'graphiql'
    | 'corsOrigins'
    | 'maxBodyBytes'
    | 'poolSize'
    | 'requestTimeoutMs'
    | 'limits'
    | 'requestLimits'
    | 'documents'
    | 'cacheControl'
  >;
  readonly served: ServedApi;
  /** The dashboard; null if it is not served. */
  readonly dashboard?: Dashboard | null;
  readonly tails: Tails;
  /** The memory that all requests may use together; by default a share of the process's memory. */
  readonly inFlight?: InFlight;
  /** Asks whether the database answers. */
  readonly probe: Probe;
  readonly log: Logger;
}

export type App = ReturnType<typeof createApp>;

/** Path of the API. */
export const endpoint = '/graphql';

/** Number of requests that run at once, for each connection of the pool: enough to keep all connections busy. */
const requestsPerConnection = 4;

/** Total tokens of the parsed documents that are cached: about 30 MB. */
const keptTokens = 50_000;

/** Creates the HTTP application: GraphQL, GraphiQL, the dashboard and the health probes. */
export function createApp(options: AppOptions) {
  const { config, served, dashboard, tails, inFlight = createProcessInFlight(), probe, log } = options;
  const { requestLimits } = config;
  const { perMinute, proxies } = requestLimits;
  const sources = tokenSources(config.auth);
  // Shared by both paths to an answer, Yoga's and that of a plan.
  const documents = createDocumentCache(keptTokens);
  const { persistedOnly } = config.documents;
  const choose = createDocumentChoice({ endpoint, proxies, persistedOnly });
  const pricing = createPricing(config.limits);
  const contextOf = createContextOf(tails, requestLimits);
  const cache = createCaching(config.cacheControl);
  const concurrency = createConcurrency(requestsPerConnection * config.poolSize, proxies);
  return createYoga<Partial<Incoming>>({
    // The ids of persisted documents are paths below the endpoint.
    graphqlEndpoint: `${endpoint}{/*}?`,
    logging: false, // it would log clients' mistakes as errors; the error mask logs what matters
    landingPage: false,
    graphiql: false,
    multipart: false,
    maxRequestBodySize: false, // limitBody takes its place
    batching: false,
    parserAndValidationCache: { documentCache: nothingKept, errorCache: nothingKept },
    cors:
      config.corsOrigins.length > 0
        ? { origin: [...config.corsOrigins], exposedHeaders: ['Retry-After'], maxAge: 86_400 }
        : false,
    maskedErrors: { maskError: createErrorMask(log) },
    // If two plugins use the same hook, their order matters; test/server/plugins.test.ts asserts it.
    plugins: combineHooks([
      // Records every answer, whichever plugin gives it.
      useOperation(),
      // Needs no caller: probes, and pages without data.
      useHealth({ serves: served.serves, probe, log }),
      ...(config.graphiql ? [useGraphiQL(endpoint, sources)] : []),
      ...(dashboard ? [useDashboard(dashboard, sources)] : []),
      ...(config.graphiql || dashboard ? [useSignIn(config.auth)] : []),
      // A caller who is refused learns nothing else: neither whether there is an API, nor whether the document is
      // known.
      useCaller(config.auth && createVerifier(config.auth), endpoint, log),
      useLifetime(config.requestTimeoutMs),
      useInFlight(inFlight, requestLimits),
      // Finds the API, admits the request, and reads its parameters once it may run.
      useApi({ served, contextOf, endpoint }),
      useAdmission(
        endpoint,
        [
          // Refuses requests of foreign pages before their body is read.
          preventCsrf(config.corsOrigins),
          // Counts every request, whatever is wrong with it.
          ...(perMinute === null ? [] : [limitRate({ perMinute, proxies })]),
          limitBody(config.maxBodyBytes),
          receiveBody(config.maxBodyBytes),
          concurrency.begin,
        ],
        readParams,
      ),
      useConcurrency(concurrency),
      ...(config.graphiql ? [useDocumentList(endpoint)] : []),
      useSchemaText({ endpoint, persistedOnly, isClosed: config.auth !== null, cache }),
      ...(config.auth ? [usePermissions()] : []),
      useDocumentCache(documents),
      useDocuments(choose),
      // Prices need the variables in their final form.
      useVariables(),
      useDocumentLimits(requestLimits, pricing),
      useShortMessages(),
      useIntrospection(),
      usePlans({ limits: requestLimits, isOpen: !config.auth, documents, choose, pricing, contextOf, cache }),
      useTurns(proxies),
      // Shapes the result on its way out.
      useCaching(cache),
      useStatus(),
      useResponseLimit(requestLimits.bytes),
      useLastMessage(),
      useSecurityHeaders(),
    ]),
  });
}

/** A cache that keeps nothing. Yoga's own would also keep documents that do not parse: see useDocumentCache. */
const nothingKept = { get: () => undefined, set: () => undefined };
