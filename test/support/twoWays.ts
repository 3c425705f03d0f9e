import { isDeepStrictEqual } from 'node:util';
import {
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isObjectType,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { pino } from 'pino';
import type { RequestRecord } from '../../src/context.ts';
import { sourceOf } from '../../src/schema/fieldSource.ts';
import { createApp } from '../../src/server/app.ts';
import type { TestApi, TestApiOptions } from './api.ts';
import { appConfig } from './config.ts';
import type { GeneratedQuery, Values } from './queries.ts';

/** A client's view of an answer, in a form that can be compared. */
export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | null>>;
  readonly data: unknown;
  readonly errors: readonly string[];
  readonly statements: readonly string[];
}

export interface BothWays {
  readonly planned: Told;
  readonly executed: Told;
  readonly interpreter: RequestRecord['interpreter'];
}

interface Failure {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly locations?: unknown;
  readonly extensions?: { readonly id?: string; readonly code?: string };
}

const told = ['content-type', 'cache-control', 'vary', 'retry-after', 'www-authenticate'];

/** Answers each operation with the executor, and with a plan if it has one; `prepare` runs before each. */
export function createTwoWays(
  api: TestApi,
  config: NonNullable<TestApiOptions['config']> = {},
  prepare: () => Promise<unknown> = async () => {},
) {
  const requestLimits = { ...appConfig.requestLimits, ...config.requestLimits };
  const settings = { ...appConfig, ...config, requestLimits };
  const options = { config: settings, tails: api.tails, probe: api.probe, log: pino({ level: 'silent' }) };
  // The API as first built, whatever happens to the schema later.
  const planning = createApp({ ...options, served: { ...api.served, current: () => api.api } });
  const plain = { ...api.api, plans: { of: () => null, known: () => null } };
  const executing = createApp({ ...options, served: { ...api.served, current: () => plain } });

  async function send(
    app: typeof planning,
    { text, variables }: Pick<GeneratedQuery, 'text' | 'variables'>,
    record?: object,
  ) {
    await prepare();
    (api.queries as unknown[]).length = 0;
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({ query: text, variables }),
    };
    const response = await app.fetch('http://localhost/graphql', init, { record } as object);
    const body = (await response.json()) as { data?: unknown; errors?: readonly Failure[] };
    return {
      status: response.status,
      headers: Object.fromEntries(told.map((name) => [name, response.headers.get(name)])),
      data: body.data,
      errors: errorsOf(body.data, body.errors ?? []),
      statements: api.queries.flatMap(({ subject, text }) => (subject ? [text.join('?')] : [])).sort(),
    };
  }

  return async (query: Pick<GeneratedQuery, 'text' | 'variables'>): Promise<BothWays> => {
    const executed = await send(executing, query);
    const record: Partial<RequestRecord> = { startStream: () => {}, watch: (db) => db };
    const planned = await send(planning, query, record);
    return { planned, executed, interpreter: record.interpreter };
  };
}

/** Returns errors as sorted texts. Below a value that one of them nulls, the number of others is arbitrary. */
function errorsOf(data: unknown, errors: readonly Failure[]): readonly string[] {
  const texts = errors.map(({ message, path = [], locations, extensions }) => {
    const nulled = nullAt(data, path);
    if (nulled !== undefined && nulled < path.length) return `below ${JSON.stringify(path.slice(0, nulled))}`;
    const { id: _, ...rest } = extensions ?? {};
    return JSON.stringify({ message, path, locations, rest });
  });
  return texts.filter((text, i) => !text.startsWith('below ') || texts.indexOf(text) === i).sort();
}

/** Returns how many steps of a path lead to a null. */
function nullAt(data: unknown, path: readonly (string | number)[]): number | undefined {
  let at = data;
  for (let i = 0; i <= path.length; i++) {
    if (at === null || at === undefined) return i;
    at = (at as Record<string | number, unknown>)[path[i] ?? ''];
  }
  return undefined;
}

/** Returns the differences between the two ways; null if there are none. */
export function differenceOf({ planned, executed }: BothWays): object | null {
  // A plan may read below an object before it knows that a null removes the object.
  const hasErrors = planned.errors.length > 0;
  const names = (Object.keys(planned) as (keyof Told)[]).filter((name) => name !== 'statements' || !hasErrors);
  const differing = names.filter((name) =>
    name === 'statements'
      ? !readsAlike(planned.statements, executed.statements)
      : !isDeepStrictEqual(planned[name], executed[name]),
  );
  return differing.length === 0 ? null : differing.map((name) => [name, planned[name], executed[name]]);
}

/**
 * Tells whether a plan reads the same as the executor, in no more statements. A plan reads a level at once; the executor may
 * reach two places with equal fields in different turns, and then reads for each key, with the columns that this place
 * needs, what the plan reads for both.
 */
function readsAlike(planned: readonly string[], executed: readonly string[]): boolean {
  const hasMerged = planned.length < executed.length;
  const readsOf = (statements: readonly string[]) => new Set(statements.map((one) => readBy(one, hasMerged)));
  return planned.length <= executed.length && isDeepStrictEqual(readsOf(planned), readsOf(executed));
}

/** Matches a statement for one key or several (`src/db/sql/perKey.ts`): of a row by its unique key, or of anything else. */
const perKey =
  /^select (?:1|k\.n) as "\$n", (?:p\.\* from (?:rows from .*? cross join lateral )?\(select (?<selected>.*?) from (?<rest>.*)|(?<columns>.*?) from (?:rows from .*?\) join )?(?<table>\S+).*)$/s;

/** Returns what a statement reads, whatever its keys; without the columns if statements may have been merged. */
function readBy(statement: string, isMerged: boolean): string {
  const found = perKey.exec(statement)?.groups;
  const what = (found?.['rest'] ?? found?.['table'] ?? statement).replace(/"k"\."k\d+"::/g, '?::');
  return isMerged ? what : `${found?.['selected'] ?? found?.['columns']} ${what}`;
}

/** Returns the kinds of fields in a document, which show what plans were tested with. */
export function kindsIn(schema: GraphQLSchema, text: string): ReadonlySet<string> {
  const kinds = new Set<string>();
  const info = new TypeInfo(schema);
  visit(
    parse(text),
    visitWithTypeInfo(info, {
      Field() {
        const field = info.getFieldDef();
        const source = sourceOf(field ?? undefined);
        if (!field || !source) return;
        const isNamed = ['part', 'rows', 'count', 'lookup'].includes(source.kind) && !source.reading?.leaf?.items;
        const parent = info.getParentType()?.name ?? '';
        const isKey = /GroupKey$/.test(parent);
        // The aggregate of a table has those of its columns.
        const isMeasure = /Aggregate$/.test(parent) && fieldsOf(info.getParentType())['of'] === undefined;
        if (source.kind === 'call') kinds.add(source.computed ? 'computed value' : 'called value');
        kinds.add(isKey ? 'key' : isMeasure ? 'measure' : isNamed ? nameOf(parent, field.name) : source.kind);
        if (source.reading?.leaf?.items) kinds.add('list of values');
        if (source.kind === 'relation') kinds.add(source.match?.joined ? 'joined row' : 'loaded row');
      },
      Argument({ name }) {
        if (name.value === 'distinctOn') kinds.add('distinct list');
      },
      ObjectField({ name }) {
        const parent = getNamedType(info.getParentInputType());
        const read = isInputObjectType(parent) && sourceOf(parent.getFields()[name.value]);
        if (read) kinds.add(`order by ${read.kind}`);
      },
    }),
  );
  return kinds;
}

const fieldsOf = (type: unknown) => (isObjectType(type) ? type.getFields() : {});

const nameOf = (parent: string, field: string): string =>
  parent === 'Query'
    ? ['node', 'nodes'].includes(field)
      ? field
      : 'lookup'
    : /ColumnAggregates$/.test(parent)
      ? 'of a column'
      : field;

/** Collects existing values and cursors from the lists of a schema, for generated queries. */
export async function valuesOf(api: TestApi): Promise<Values> {
  const values = new Map<string, unknown[]>();
  const add = (name: string, value: unknown) => {
    if (value !== null && value !== undefined) values.set(name, [...(values.get(name) ?? []), value]);
  };
  for (const field of Object.values(api.api.schema.getQueryType()?.getFields() ?? {})) {
    const connection = getNamedType(field.type);
    if (!isObjectType(connection) || !connection.name.endsWith('Connection')) continue;
    const node = getNamedType(connection.getFields()['nodes']?.type);
    if (!isObjectType(node)) continue;
    const leaves = Object.values(node.getFields()).filter(
      (one) => sourceOf(one)?.kind === 'column' && sourceOf(one)?.reading?.leaf,
    );
    const { data } = await api.send(
      `{ list: ${field.name}(first: 5) { edges { cursor node { __typename ${leaves.map(({ name }) => name).join(' ')} } } } }`,
    );
    const edges =
      (data?.['list'] as { edges: { cursor: string; node: Record<string, unknown> }[] } | undefined)?.edges ?? [];
    for (const edge of edges) {
      add(connection.name, edge.cursor);
      for (const leaf of leaves)
        if (!Array.isArray(edge.node[leaf.name])) add(getNamedType(leaf.type).name, edge.node[leaf.name]);
    }
  }
  return values;
}
