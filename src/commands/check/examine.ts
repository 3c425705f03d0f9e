import {
  type DocumentNode,
  execute,
  Kind,
  type OperationDefinitionNode,
  parse,
  type VariableDefinitionNode,
} from 'graphql';
import type { Api } from '../../api/api.ts';
import type { Config } from '../../config/config.ts';
import type { Db } from '../../db/db.ts';
import { identity, type Sql } from '../../db/sql/sql.ts';
import type { PreparedDocument } from '../../documents/prepare.ts';
import { obstacleTo } from '../../plan/run.ts';
import { unknownValue } from '../../pricing/argumentValues.ts';
import { priceOf } from '../../pricing/cost.ts';
import type { Tails } from '../../tails/tails.ts';
import type { GivenVariables } from './givenVariables.ts';
import { readKeys } from './keys.ts';
import type { Recorder } from './recorder.ts';
import { findScans } from './scans.ts';
import { countStatements } from './statements.ts';
import { plausibleVariables } from './variables.ts';

/** Findings about one operation, or about a document that does not fit the schema. */
export interface DocumentFinding {
  readonly status: 'ok' | 'warning' | 'failed';
  readonly name: string;
  /** One of the document's ids. */
  readonly id: string;
  /**
   * The most rows that it can ask for; an order in a variable counts as its default. Null if it does not fit the schema.
   */
  readonly cost: number | null;
  /** The most statements that it sends; null if the document does not fit the schema. */
  readonly statements: number | null;
  readonly details: readonly string[];
  /** The manifest that contains it. */
  readonly file: string;
}

export interface ExamineOptions {
  readonly api: Pick<Api, 'schema' | 'plans' | 'createContext'>;
  /** The database that `api` reads. */
  readonly recorder: Recorder;
  /** The same database, for EXPLAIN. */
  readonly db: Db;
  /** The API's live tails, for the cursors of lists. */
  readonly tails: Tails;
  readonly config: Pick<Config, 'limits' | 'requestLimits'>;
  /** Values of variables, by operation. */
  readonly given?: GivenVariables;
}

/** The fewest rows for which a sequential scan is worth a warning; PostgreSQL scans fewer in a few milliseconds. */
const large = 10_000;

/**
 * Determines the cost of each operation. Queries are run once to see the statements of every level; mutations and
 * subscriptions are not run.
 */
export async function examineDocument(
  { stored, document, errors, isForPrimary }: PreparedDocument,
  options: ExamineOptions,
): Promise<readonly DocumentFinding[]> {
  const of = { id: stored.ids[0] ?? '', file: stored.file };
  if (!document) {
    const outcome = isForPrimary
      ? ({ status: 'warning', details: ['a standby does not serve it: it needs the primary'] } as const)
      : ({ status: 'failed', details: errors.map(({ message }) => message) } as const);
    return [{ ...of, ...outcome, name: nameOf(stored.text), cost: null, statements: null }];
  }
  const findings: DocumentFinding[] = [];
  for (const operation of document.definitions) {
    if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
    const { api, config } = options;
    const cost = costOf(document, operation, options, () => true);
    const usual = costOf(document, operation, options, ({ defaultValue }) => !defaultValue);
    const statements = countStatements(api.schema, document, operation);
    const { warnings, notes } = await explain(document, operation, statements, options);
    if (cost > config.requestLimits.cost) warnings.push(`too costly: it could read ${cost} rows`);
    findings.push({
      status: warnings.length > 0 ? 'warning' : 'ok',
      name: operation.name?.value ?? '(no name)',
      ...of,
      cost,
      statements,
      details: [
        ...warnings,
        ...(usual < cost ? [`costs ${usual} if variables with a default are left out`] : []),
        ...notes,
      ],
    });
  }
  return findings;
}

/**
 * Calculates the most that an operation can cost if clients choose the page sizes, lists and conditions in the variables
 * for which `isFree`. All other variables have their defaults.
 */
function costOf(
  document: DocumentNode,
  { name, variableDefinitions = [] }: OperationDefinitionNode,
  { api, config }: ExamineOptions,
  isFree: (definition: VariableDefinitionNode) => boolean,
): number {
  const free = variableDefinitions.filter(isFree).map(({ variable }) => [variable.name.value, unknownValue]);
  const variables = Object.fromEntries(free);
  const { schema } = api;
  return priceOf({ schema, document, operationName: name?.value, variables, pages: config.limits }).rows;
}

/** Finds the name of a document's first operation, even if the document does not parse. */
const nameOf = (text: string): string => /\b(?:query|mutation|subscription)\s+(\w+)/.exec(text)?.[1] ?? '(no name)';

interface Explained {
  readonly warnings: string[];
  readonly notes: readonly string[];
}

async function explain(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  expected: number,
  options: ExamineOptions,
): Promise<Explained> {
  const { api, recorder, db } = options;
  if (operation.operation !== 'query') return { warnings: [], notes: [`not explained: a ${operation.operation}`] };
  const keys = await readKeys(api.schema, operation, async (text) => (await run(options, parse(text))).data ?? null);
  const plausible = Object.entries(plausibleVariables(api.schema, operation));
  const variables = {
    ...Object.fromEntries(plausible.map(([name, value]) => [name, keys[name] ?? value])),
    ...options.given?.[operation.name?.value ?? ''],
  };
  recorder.take();
  const { errors = [] } = await run(options, document, variables, operation.name?.value);
  const sent = [...new Map(recorder.take().map((query) => [identity(query), query])).values()];
  const { warnings, notes } = await explainAll(db, sent);
  const given = Object.keys(variables).length > 0 ? ` (with ${JSON.stringify(variables)})` : '';
  const missed = expected > sent.length ? [`explained ${sent.length} of ${expected} statements${given}`] : [];
  const failures = errors.map(({ path, message }) => (path ? `${path.join('.')}: ${message}` : message));
  const plans = api.plans.of(document, operation.name?.value, true);
  const obstacle = plans && obstacleTo(plans, variables);
  const slower = obstacle === null ? [] : [`no plan, so it runs in the executor: ${obstacle}`];
  return { warnings, notes: [...missed, ...failures, ...slower, ...notes] };
}

const run = async (
  { api: { schema, createContext }, tails, config }: ExamineOptions,
  document: DocumentNode,
  given = {},
  name?: string,
) =>
  execute({
    schema,
    document,
    variableValues: given,
    operationName: name,
    contextValue: createContext({ caller: null, origin: 'check', tails }, config.requestLimits),
  });

/** Warns once for each large table that is scanned sequentially, however many statements do so. */
async function explainAll(db: Db, queries: readonly Sql[]): Promise<Explained> {
  const plans = await Promise.allSettled(queries.map((query) => findScans(db, query)));
  const scans = plans.flatMap((plan) => (plan.status === 'fulfilled' ? plan.value : []));
  const byTable = new Map(scans.toSorted((a, b) => a.rows - b.rows).map(({ table, rows }) => [table, rows]));
  return {
    warnings: [...byTable]
      .filter(([, rows]) => rows >= large)
      .map(([table, rows]) => `sequential scan of ${table}: about ${rows} rows`),
    notes: plans.flatMap((plan) => (plan.status === 'rejected' ? [`not explained: ${String(plan.reason)}`] : [])),
  };
}
