import { type GraphQLParams, isAsyncIterable, type Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { RequestLimits } from '../config/limits.ts';
import type { Context } from '../context.ts';
import { type PlannedResult, prepareRun, textOf } from '../plan/run.ts';
import { nestsTooDeep } from '../pricing/scan.ts';
import type { Admitted } from './useAdmission.ts';
import type { ContextOf, ServerContext } from './useApi.ts';
import type { CacheAnswer } from './useCaching.ts';
import type { DocumentCache } from './useDocumentCache.ts';
import { type PricedContext, type PriceOperation, refuseExpensive } from './useDocumentLimits.ts';
import { type ChooseDocument, type DocumentContext, operationNameOf } from './useDocuments.ts';
import { expectAnswer, type PlannedContext } from './useInFlight.ts';
import { endWithClient } from './useLifetime.ts';
import { inOperation } from './useOperation.ts';
import { refusalOf } from './usePermissions.ts';
import { tooManyBytes } from './useResponseLimit.ts';
import { securityHeaders } from './useSecurityHeaders.ts';

type PlanContext = ServerContext & Admitted & PlannedContext;

export interface PlansOptions {
  readonly limits: RequestLimits;
  /** True if callers are anonymous and may do everything. */
  readonly isOpen: boolean;
  readonly documents: DocumentCache;
  readonly choose: ChooseDocument;
  readonly pricing: PriceOperation;
  readonly contextOf: ContextOf;
  readonly cache: CacheAnswer;
}

/**
 * Answers a query or mutation by its plan, if it has one. This short path answers before Yoga parses, validates and executes. If
 * anything is wrong, the request takes Yoga's full path, which reuses what is already known and reports the error. The
 * short path only knows documents and content types that the full path has seen before; permission, price and limits
 * are checked for each request.
 */
export function usePlans(
  options: PlansOptions,
): Plugin<Context & DocumentContext & PlannedContext & PricedContext, PlanContext> {
  const { limits } = options;
  const types = createTypes();
  /** Values of `Vary` by request, to add to those of CORS. */
  const varying = new WeakMap<Request, string>();
  return {
    async onRequest({ request, url, serverContext, fetchAPI, endResponse }) {
      const type = types.of(request);
      const found = type && findRun(request, url.pathname, serverContext, options);
      const text = found && (await answerByPlan(found, request, serverContext, options));
      if (!type || !text) return;
      const cached = request.method === 'GET' ? options.cache(request, serverContext.caller, `${type}\n`, text) : null;
      const { Response: ResponseClass } = fetchAPI;
      const { vary, ...caching } = cached?.headers ?? {};
      if (vary) varying.set(request, vary);
      const headers = { ...securityHeaders, ...caching };
      endResponse(
        cached?.isKnown
          ? new ResponseClass(null, { status: 304, headers })
          : new ResponseClass(text, { headers: { 'content-type': type, ...headers } }),
      );
    },
    onExecute({ args, setExecuteFn }) {
      const { document, operationName, variableValues, contextValue } = args;
      const { api, persisted, record, planned, price } = contextValue;
      if (planned) return setExecuteFn(() => planned.then(withText));
      // The executor cannot divide a large answer into slices.
      const isLarge = price !== undefined && price.values > mostExecuted;
      const plans = api.plans.of(document, operationName, persisted !== undefined || isLarge);
      const variables = plans?.coerce(variableValues ?? {});
      const run = plans && variables && prepareRun(plans, variables);
      if (record) record.interpreter = run ? 'plan' : 'executor';
      if (run) setExecuteFn(() => run(contextValue, limits.bytes).then(withText));
    },
    onResultProcess({ request, result }) {
      if (!isAsyncIterable(result) && !Array.isArray(result) && 'data' in result && !result.errors)
        types.expect(request);
    },
    onResponse({ request, response }) {
      types.learn(request, response);
      const vary = varying.get(request);
      if (vary) response.headers.append('vary', vary);
    },
  };
}

/** Number of values above which a document has a plan from its first request on. */
const mostExecuted = 2000;

/** Adds the function with which Yoga turns a result into text. */
const withText = (result: PlannedResult) => ({ ...result, stringify: textOf });

/** Returns the text of an answer that is data alone; null to continue on the full path. */
async function answerByPlan(
  { api, run, price, operation }: FoundRun,
  request: Request,
  context: PlanContext,
  { limits, contextOf }: PlansOptions,
): Promise<string | null> {
  const { record, share, lifetime, res } = context;
  const planned = inOperation(record, async () => {
    const waiting = expectAnswer(share, price, limits);
    if (waiting) await waiting;
    endWithClient({ lifetime, request, res }, operation);
    const result = await run(contextOf(request, context, api), limits.bytes);
    const text = result.data?.text ?? '';
    // The run counts characters, and names only within lists. A character takes at most three bytes.
    if (3 * text.length > limits.bytes && Buffer.byteLength(text) > limits.bytes) throw tooManyBytes(limits.bytes);
    return result;
  });
  try {
    const result = await planned;
    if (result.data && !result.errors) return textOf(result);
  } catch {
    // Yoga reports it.
  }
  context.planned = planned;
  return null;
}

/** A plan's answer to a request, ready to run. */
type FoundRun = NonNullable<ReturnType<typeof findRun>>;

/**
 * Finds how a plan answers a request; null if the document is not known yet or has no plan, or the request must be
 * refused.
 */
function findRun(request: Request, path: string, context: PlanContext, options: PlansOptions) {
  const { api, params, record, caller, req } = context;
  if (!api || !params || !isOrdinary(params)) return null;
  try {
    const { text, id, persisted } = options.choose(params, path, request, { api, caller, req });
    const document = persisted?.document ?? options.documents.get(text ?? '');
    const operationName = operationNameOf(params);
    const plans = document && api.plans.known(document, operationName);
    if (!plans) return null;
    const { schema, operation } = plans;
    if (request.method !== 'POST' && operation.operation !== 'query') return null;
    if (!options.isOpen && refusalOf(operation.operation, context)) return null;
    const variables = nestsTooDeep(params.variables) ? null : plans.coerce(params.variables ?? {});
    if (!variables) return null;
    const price = options.pricing({ schema, document, operationName, variables });
    refuseExpensive(price, options.limits);
    const run = prepareRun(plans, variables);
    if (!run) return null;
    if (record)
      Object.assign(record, {
        operation: { type: operation.operation, name: operation.name?.value },
        documentId: id,
        cost: price.rows,
        interpreter: 'plan',
      });
    return { api, run, price, operation: operation.operation };
  } catch {
    return null;
  }
}

/** The names of parameters that Yoga accepts. */
const knownParameters = new Set(['query', 'variables', 'operationName', 'extensions', 'documentId', 'doc_id', 'id']);

/** Tells whether Yoga would accept the parameters themselves. */
function isOrdinary(params: GraphQLParams): boolean {
  const { operationName, variables, extensions } = params;
  const isObject = (value: unknown) =>
    value === undefined || value === null || (typeof value === 'object' && !Array.isArray(value));
  return (
    !Array.isArray(params) &&
    (operationName === undefined || operationName === null || typeof operationName === 'string') &&
    isObject(variables) &&
    isObject(extensions) &&
    Object.keys(params).every((name) => knownParameters.has(name))
  );
}

/** Number of `Accept` headers that are kept, the most recently used. */
const maxTypes = 50;

/** Creates the table of content types by `Accept` header, as chosen on the full path. */
function createTypes() {
  const types = new LRUCache<string, string>({ max: maxTypes });
  const expected = new WeakSet<Request>();
  const acceptOf = ({ headers }: Request) => headers.get('accept') ?? '';
  return {
    of: (request: Request) => types.get(acceptOf(request)),
    expect: (request: Request) => void expected.add(request),
    learn(request: Request, { headers }: Response) {
      if (!expected.has(request)) return;
      const type = headers.get('content-type');
      if (type?.includes('json')) types.set(acceptOf(request), type);
    },
  };
}
