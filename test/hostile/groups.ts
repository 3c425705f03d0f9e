import { type GraphQLSchema, getNamedType, isEnumType, isInputObjectType } from 'graphql';
import type { Check, Crawl, Place } from './check.ts';
import { plainOf } from './conditions.ts';
import { note } from './coverage.ts';
import { some } from './dice.ts';
import type { ModelColumn } from './model.ts';
import { relationSql } from './oracle.ts';
import { directions } from './pages.ts';
import type { Surface } from './surface.ts';

/** Lengths of buckets, with the unit of `date_trunc` that has the same starts. */
const lengths = [
  ['PT1H', 'hour'],
  ['P1D', 'day'],
  ['P1M', 'month'],
  ['P1Y', 'year'],
] as const;

/** A change since the previous bucket: its place in a question, and its column in the statement. */
interface Change {
  readonly what: string;
  readonly sql: string;
  /** Writes an argument for it in `having` or `orderBy`. */
  readonly argument: (value: unknown) => object;
}

/** Groups the rows of a relation by a column and by buckets of a time, and filters and sorts the groups by changes. */
export function groupChecks(crawl: Crawl, { surface }: Place): readonly Check[] {
  const { dice, model, schema, coverage } = crawl;
  const { relation, list, fields } = surface;
  const [time] = some(dice, relation.columns.filter(isTime), 1);
  const bucket = time && inputNamed(schema, surface, 'GroupBy', time, /^Bucket$/);
  if (!time || !bucket) return [];
  const [key] = dice(2) === 0 ? some(dice, relation.columns.filter(isKey), 1) : [];
  const [number] = some(dice, relation.columns.filter(isNumber), 1);
  const [every, unit] = lengths[time.type.base === 'date' ? 1 + dice(3) : dice(4)] ?? lengths[1];
  const changes = changesOf(schema, surface, number);
  const [filtered, sorted] = [changes[dice(changes.length)], changes[dice(changes.length)]];
  if (!filtered || !sorted) return [];
  const [operator, sign] = (
    [
      ['gte', '>='],
      ['lt', '<'],
    ] as const
  )[dice(2)] ?? ['gte', '>='];
  const direction = Object.keys(directions)[dice(6)] as keyof typeof directions;
  const isFiltered = dice(3) > 0;
  note(coverage, 'change', `having: ${isFiltered ? filtered.what : 'none'}`);
  note(coverage, 'change', `orderBy: ${sorted.what}`);
  const c = number && plainOf(number);
  return [
    {
      what: `groups: of ${relation.name} by ${every} of ${time.name}${key ? ` and ${key.name}` : ''}`,
      question: {
        field: ({ groupBy, having, orderBy }) =>
          `${list}GroupedAggregate(groupBy: ${groupBy}, having: ${having}, orderBy: ${orderBy}) {
            count countChange { difference rate }
            ${number ? `of { n: ${fields.get(number.name)} { difference { sum } rate { count } } }` : ''}
          }`,
        variables: {
          groupBy: [
            `${surface.type.name}GroupBy!`,
            { ...(key && { columns: [columnLabel(schema, surface, key)] }), [bucket]: { every } },
          ],
          having: [
            `${surface.type.name}Having`,
            isFiltered ? filtered.argument({ [operator]: 0 }) : { count: { gte: 0 } },
          ],
          orderBy: [`[${surface.type.name}GroupedOrderBy!]`, [sorted.argument(direction)]],
        },
      },
      statement: `
        with groups as (
          select ${key ? plainOf(key) : '1'} as k, date_trunc('${unit}', ${wallOf(time)}) as b, count(*) as n,
            ${c ? `count(${c}) as c, sum(${c}) as s` : '0 as c, 0 as s'}
          from ${relationSql(model.schema, relation)} group by 1, 2),
        timed as (
          select *, case when isfinite(b) and isfinite(lag(b) over w)
            then extract(epoch from b) - extract(epoch from lag(b) over w) end as elapsed
          from groups window w as (partition by k order by b)),
        changed as (
          select *, ${['n', 'c', 's'].map((one) => `case when elapsed is not null then (${one}::numeric - lag(${one}::numeric) over w)::float8 end as d${one}`).join(', ')}
          from timed window w as (partition by k order by b))
        select n, dn, dn / elapsed::float8 as rn, ds, dc / elapsed::float8 as rc from changed
        ${isFiltered ? `where ${filtered.sql} ${sign} 0` : ''}
        order by ${sorted.sql} ${directions[direction]}, k, b`,
      expected: (rows) =>
        rows.map(({ n, dn, rn, ds, rc }) =>
          [n, dn, rn, ...(number ? [ds, rc] : [])].map((text) => floatOf(text ?? null)),
        ),
      found: (answer) => (answer as readonly Answer[]).map(valuesOf),
    },
  ];
}

interface Answer {
  readonly count: number;
  readonly countChange: { readonly difference: number | null; readonly rate: number | null };
  readonly of?: {
    readonly n: {
      readonly difference: { readonly sum: number | null };
      readonly rate: { readonly count: number | null };
    };
  };
}

const valuesOf = ({ count, countChange: { difference, rate }, of }: Answer) => [
  ...[count, difference, rate],
  ...(of ? [of.n.difference.sum, of.n.rate.count] : []),
];

/** Reads a number as JSON shows it, which has neither NaN nor a negative zero. */
const floatOf = (text: string | null) => (text === null || !Number.isFinite(Number(text)) ? null : Number(text) + 0);

const isTime = ({ type: { scalar, isList } }: ModelColumn) =>
  !isList && typeof scalar === 'string' && ['DateTime', 'LocalDateTime', 'Date'].includes(scalar);

const isNumber = ({ type: { scalar, isList } }: ModelColumn) => !isList && (scalar === 'Int' || scalar === 'BigInt');

/** Tells whether groups of a column have an order that is the same in plain SQL. */
const isKey = ({ type: { ordered, scalar, form } }: ModelColumn) => ordered && form === '' && scalar !== 'GeoJSON';

/** Returns a time on the clocks of UTC. */
const wallOf = (column: ModelColumn) =>
  column.type.base === 'timestamptz' ? `(${plainOf(column)} at time zone 'UTC')` : `${plainOf(column)}::timestamp`;

/** Returns the changes of the number of rows, and of the sum and number of a column's values. */
function changesOf(schema: GraphQLSchema, surface: Surface, number: ModelColumn | undefined): readonly Change[] {
  const count: readonly Change[] = [
    { what: 'difference', sql: 'dn', argument: (value) => ({ countChange: { difference: value } }) },
    { what: 'rate', sql: 'dn / elapsed::float8', argument: (value) => ({ countChange: { rate: value } }) },
  ];
  const having = number && inputNamed(schema, surface, 'Having', number, /AggregateHaving$/);
  const orderBy = number && inputNamed(schema, surface, 'GroupedOrderBy', number, /OrderBy$/);
  if (having === undefined || orderBy === undefined || having !== orderBy) return count;
  return [
    ...count,
    { what: 'difference of a sum', sql: 'ds', argument: (value) => ({ [having]: { difference: { sum: value } } }) },
    {
      what: 'rate of a count',
      sql: 'dc / elapsed::float8',
      argument: (value) => ({ [having]: { rate: { count: value } } }),
    },
  ];
}

/** Returns the name of a column in one of its table's inputs, which may end with underscores. */
function inputNamed(
  schema: GraphQLSchema,
  { type, fields }: Surface,
  input: string,
  { name }: ModelColumn,
  ofType: RegExp,
): string | undefined {
  const field = fields.get(name) ?? '';
  const others = new Set([...fields.values()].filter((other) => other !== field));
  const found = schema.getType(`${type.name}${input}`);
  const all = isInputObjectType(found) ? Object.values(found.getFields()) : [];
  return all
    .filter((one) => !others.has(one.name) && ofType.test(getNamedType(one.type).name))
    .map((one) => one.name)
    .filter((one) => one.startsWith(field) && /^_*$/.test(one.slice(field.length)))
    .toSorted((a, b) => a.length - b.length)[0];
}

/** Returns the label of a column in the enum of its table's columns. */
function columnLabel(schema: GraphQLSchema, { type }: Surface, { name }: ModelColumn): string {
  const columns = schema.getType(`${type.name}Column`);
  const label = isEnumType(columns) && columns.getValues().find(({ value }) => value === name)?.name;
  if (!label) throw new Error(`${type.name} has no column ${name} to group by`);
  return label;
}
