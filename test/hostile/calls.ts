import { type GraphQLOutputType, getNamedType, isEnumType, isObjectType } from 'graphql';
import pg from 'pg';
import { documentOf, type Question } from '../support/everyField.ts';
import { type Check, type Crawl, check, Disagreement, dataOf, marksOf, type Place } from './check.ts';
import { note } from './coverage.ts';
import { type Call, mutationPlace } from './model.ts';
import { readValue, type Texts, valueColumns } from './oracle.ts';
import { original, type ServedFunction, type Surface } from './surface.ts';
import type { HostileType } from './types.ts';

const id = pg.escapeIdentifier;
const literal = pg.escapeLiteral;

/** Returns the list of each function that returns rows of a table, as if it were another table. */
export const calledSurfaces = (
  functions: readonly ServedFunction[],
  surfaces: readonly Surface[],
): readonly Surface[] =>
  functions.flatMap(({ fn, field }) => {
    const of = surfaces.find(({ relation }) => relation.name === fn.rows);
    if (!of || fn.kind !== 'rows') return [];
    const keyless = { keys: [], hasPrimary: false, references: [], mayInsert: false, mayDelete: false };
    const relation = { ...of.relation, ...keyless, kind: 'function', from: `${fn.from}()` };
    return [{ ...of, relation, list: field.name, lookups: [] }];
  });

/** Compares what functions return with what SQL returns for the same arguments. */
export async function checkFunctions(crawl: Crawl, functions: readonly ServedFunction[]): Promise<void> {
  for (const { fn } of functions) note(crawl.coverage, 'function', fn.kind);
  const calls = functions.flatMap((served) => served.fn.calls.map((call) => ({ served, call })));
  const texts = calls.map(({ call }) => argumentsStatement(call));
  const given = await crawl.oracle.ask(texts);
  const asked = calls.flatMap(({ served, call }, i) => {
    const shown = shownArguments(served, call, given[i]?.[0] ?? {});
    return shown ? [{ served, call, shown }] : [];
  });
  const checks = asked.flatMap((one) => checksOf(crawl, one).map((made) => ({ ...made, served: one.served })));
  await check(
    crawl,
    checks.filter(({ served }) => served.fn.place !== mutationPlace),
  );
  await checkMutations(
    crawl,
    checks.filter(({ served }) => served.fn.place === mutationPlace),
  );
}

/** A call with its arguments as the API takes them. */
interface AskedCall {
  readonly served: ServedFunction;
  readonly call: Call;
  readonly shown: readonly unknown[];
}

const sqlOf = ({ type, text }: NonNullable<Call['given'][number]>) =>
  `${text === null ? 'null' : literal(text)}::${type.sql}`;

const argumentsStatement = ({ given }: Call) =>
  `select ${['0 as mark', ...given.flatMap((one, i) => (one ? valueColumns(sqlOf(one), one.type, i) : []))].join(', ')}`;

/** Returns the arguments as the API takes them; null if one of them has a value that no input expresses. */
function shownArguments({ args }: ServedFunction, { given }: Call, row: Texts): readonly unknown[] | null {
  const shown = given.map((one, i) => {
    if (!one || one.text === null) return one && null;
    return readValue(row, one.type, i, labelsOf(args[i]?.type))?.shown ?? Number.NaN;
  });
  return shown.some((value) => Number.isNaN(value)) ? null : shown;
}

/** Returns the API's names of an enum's labels, by label. */
function labelsOf(type: unknown): ReadonlyMap<string, string> | undefined {
  const named = getNamedType(type as GraphQLOutputType | undefined);
  return isEnumType(named)
    ? new Map(named.getValues().map((value) => [original(value.name, value.description), value.name]))
    : undefined;
}

/** Returns the question for a call's field, with the rest of its selection. */
function questionOf(
  { served, call, shown }: AskedCall,
  selection: string,
  around = (field: string) => field,
): Question {
  const given = call.given.flatMap((one, i) => (one ? [[`a${i}`, served.args[i], shown[i]] as const] : []));
  return {
    field: (names) => {
      const args = given.map(([key, arg]) => `${arg?.name}: ${names[key]}`).join(', ');
      return around(`${served.field.name}${args && `(${args})`} ${selection}`);
    },
    variables: Object.fromEntries(given.map(([key, arg, value]) => [key, [String(arg?.type), value] as const])),
  };
}

function checksOf(crawl: Crawl, one: AskedCall): readonly Check[] {
  const { fn, field } = one.served;
  const what = `function: ${fn.kind} ${fn.number} of ${fn.place}`;
  const call = `${fn.from}(${one.call.given.flatMap((given) => (given ? [sqlOf(given)] : [])).join(', ')})`;
  const { result } = fn;
  const known = one.call.expected;
  if (known !== undefined)
    return [{ what, question: questionOf(one, ''), expected: () => known, found: (answer) => answer }];
  const place = crawl.places.find(({ surface }) => surface.relation.name === fn.place && !surface.relation.from);
  if (result.kind === 'value' && place) return computedChecks(crawl, one, place, result.type, what);
  const other = crawl.places.find(({ surface }) => surface.relation.name === fn.rows);
  if (place && other) return [relatedCheck(crawl, one, [place, other], what)];
  if (result.kind === 'value')
    return [
      {
        what,
        question: questionOf(one, ''),
        statement: `select ${valueColumns(call, result.type, 0).join(', ')}`,
        expected: ([row]) => readValue(row ?? {}, result.type, 0, labelsOf(field.type))?.shown ?? null,
        found: (answer) => answer,
      },
    ];
  if (result.kind === 'record') return [recordCheck(one, result.type, call, what)];
  if (result.kind === 'row' && other) {
    const { mark, relation } = other.surface;
    return [
      {
        what,
        question: questionOf(one, `{ ${mark} }`),
        statement: `select ${id(relation.mark)} as mark from ${call}`,
        expected: ([row]) => (row?.['mark'] ? Number(row['mark']) : null),
        found: (answer) => (answer as Readonly<Record<string, unknown>> | null)?.[mark] ?? null,
      },
    ];
  }
  return [];
}

/** Compares the rows of a function that declares its columns. */
function recordCheck(one: AskedCall, type: HostileType, call: string, what: string): Check {
  const row = getNamedType(one.served.field.type);
  const fields = isObjectType(row) ? Object.values(row.getFields()) : [];
  const [value, n] = ['a value', 'n'].map((name) => fields.find((f) => original(f.name, f.description) === name));
  return {
    what,
    question: questionOf(one, `{ ${value?.name} ${n?.name} }`),
    statement: `select ${valueColumns('r."a value"', type, 0).join(', ')}, r.n from ${call} r`,
    expected: (rows) =>
      rows.map((row) => [readValue(row, type, 0, labelsOf(value?.type))?.shown ?? null, Number(row['n'])]),
    found: (answer) =>
      (answer as Readonly<Record<string, unknown>>[]).map((row) => [row[value?.name ?? ''], row[n?.name ?? '']]),
  };
}

/** Compares the values of a computed field, a filter by it, and an order by it. */
function computedChecks(
  { model }: Crawl,
  one: AskedCall,
  { surface, rows }: Place,
  type: HostileType,
  what: string,
): readonly Check[] {
  const { fn, field } = one.served;
  const { list, mark, relation } = surface;
  const table = `${model.schema}.${id(relation.name)} t`;
  const value = `${fn.from}(t)`;
  const labels = labelsOf(field.type);
  const whereType = `${surface.type.name}Where`;
  const values = {
    what,
    question: questionOf(one, '', (field) => `${list}(first: 100) { nodes { ${mark} value: ${field} } }`),
    statement: `select t.${id(relation.mark)} as mark, ${valueColumns(value, type, 0).join(', ')} from ${table} order by 1`,
    expected: (found: readonly Texts[]) =>
      found.map((row) => [Number(row['mark']), readValue(row, type, 0, labels)?.shown ?? null]),
    found: (answer: unknown) =>
      (answer as { nodes: Record<string, unknown>[] }).nodes
        .map((node) => [Number(node[mark]), node['value']] as const)
        .toSorted(([a], [b]) => a - b),
  };
  const filter: Check = {
    what: `${what}, where`,
    question: {
      field: ({ where = '' }) => `${list}(first: 100, where: ${where}) { nodes { ${mark} } totalCount }`,
      variables: { where: [whereType, { [field.name]: { isNull: false } }] },
    },
    statement: `select t.${id(relation.mark)} as mark from ${table} where ${value} is distinct from null order by 1`,
    expected: (found) => [found.map((row) => Number(row['mark'])), found.length],
    found: (answer) => {
      const { nodes, totalCount } = answer as { nodes: Record<string, unknown>[]; totalCount: number };
      return [marksOf(nodes, mark), totalCount];
    },
  };
  const order: Check = {
    what: `${what}, order`,
    question: {
      field: ({ orderBy = '' }) => `${list}(first: 100, orderBy: ${orderBy}) { nodes { ${mark} } }`,
      variables: { orderBy: [`[${surface.type.name}OrderBy!]`, [{ [field.name]: 'DESC' }]] },
    },
    statement: `select t.${id(relation.mark)} as mark,
      dense_rank() over (order by (${value}::${type.base})${type.form} desc nulls first) as e0 from ${table}`,
    expected: () => [rows.length, true],
    found: (answer, ranked) => {
      const rankOf = new Map(ranked.map((row) => [Number(row['mark']), Number(row['e0'])]));
      const ranks = (answer as { nodes: Record<string, unknown>[] }).nodes.map((node) =>
        rankOf.get(Number(node[mark])),
      );
      return [ranks.length, ranks.every((rank, i) => i === 0 || (ranks[i - 1] ?? 0) <= (rank ?? 0))];
    },
  };
  return [values, filter, ...(fn.directives.includes('@sortable') ? [order] : [])];
}

/** Compares the rows that a function returns for each row of a table. */
function relatedCheck({ model }: Crawl, one: AskedCall, [place, other]: readonly [Place, Place], what: string): Check {
  const { list, mark, relation } = place.surface;
  const theirs = other.surface.mark;
  const rows = `{ nodes { ${theirs} } totalCount }`;
  const [own, inner] = [id(relation.mark), id(other.surface.relation.mark)];
  return {
    what,
    question: questionOf(one, rows, (field) => `${list}(first: 100) { nodes { ${mark} rows: ${field} } }`),
    statement: `select t.${own} as mark, (select coalesce(json_agg(r.${inner} order by r.${inner}), '[]')
      from ${one.served.fn.from}(t) r) as marks from ${model.schema}.${id(relation.name)} t order by 1`,
    expected: (found) => found.map((row) => [Number(row['mark']), JSON.parse(row['marks'] ?? '[]')]),
    found: (answer) =>
      (answer as { nodes: { rows: { nodes: Record<string, unknown>[]; totalCount: number } }[] }).nodes
        .map(({ rows, ...node }) => {
          const marks = marksOf(rows.nodes, theirs);
          return [
            Number((node as Record<string, unknown>)[mark]),
            rows.totalCount === marks.length ? marks : rows,
          ] as const;
        })
        .toSorted(([a], [b]) => a - b),
  };
}

/** Calls functions of mutations, whose results the model knows. */
async function checkMutations({ host, coverage }: Crawl, checks: readonly Check[]): Promise<void> {
  if (checks.length === 0) return;
  const { document, variables } = documentOf(checks.map(({ question }) => question));
  const mutation = document.replace(/^query/, 'mutation');
  const data = dataOf(host, await host.ask(mutation, variables), mutation, variables);
  checks.forEach(({ what, expected }, i) => {
    note(coverage, 'check', 'function');
    const found = data[`q${i}`];
    if (found !== expected([]))
      throw new Disagreement(`${what} returns ${JSON.stringify(found)}, not ${expected([])}\n${mutation}`);
  });
}
