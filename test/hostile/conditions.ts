import pg from 'pg';
import { kinds } from '../support/kinds.ts';
import type { Family } from './builtins.ts';
import type { ModelColumn } from './model.ts';

/** A value of a row: PostgreSQL's text, and the value that the API should show. */
export interface Cell {
  readonly text: string;
  readonly shown: unknown;
}

/** A condition in the API's filters and in plain SQL. */
export interface Condition {
  readonly operator: string;
  readonly argument: unknown;
  readonly sql: string;
}

const equality = ['eq', 'ne', 'in', 'notIn', 'isNull'];
const order = [...equality, 'lt', 'lte', 'gt', 'gte'];
const sets = ['contains', 'containedBy', 'overlaps'];
const patterns = [
  ...['like', 'ilike', 'startsWith', 'endsWith', 'contains', 'matches', 'matchesInsensitive', 'search'],
  ...['eqInsensitive', 'startsWithInsensitive', 'endsWithInsensitive', 'containsInsensitive'],
];

/** The operators of each family that are compared with plain SQL here. */
export const operators: Readonly<Record<Family, readonly string[]>> = {
  equality,
  order,
  text: [...order, ...patterns],
  citext: [...order, ...patterns],
  time: [...order, 'within'],
  json: [...equality, 'contains', 'hasKey', 'at', 'type', 'number', 'string', 'boolean', 'instant', 'length'],
  list: ['eq', 'ne', 'isNull', ...sets],
  range: [...order, ...sets, 'adjacent'],
  multirange: [...order, ...sets, 'adjacent'],
  network: [...order, ...sets],
  ltree: [...order, 'descendantOf', 'ancestorOf', 'matches'],
  hstore: [...equality, 'contains', 'hasKey'],
  geometry: [...equality, 'intersects', 'within', 'dWithin', 'bbox'],
  vector: [...order, 'search'],
};

/** The column of the filters' model with the operators of a family, if it has one. */
const modelled: Readonly<Partial<Record<Family, string>>> = {
  ...{ equality: 'transaction', order: 'number', text: 'word', citext: 'word', json: 'doc', list: 'numbers' },
  ...{ range: 'period', multirange: 'periods', network: 'ip' },
};

/** Returns the operators that a column must have, and no others: those of its type or family in the filters' model. */
export function operatorsFor({ base, family }: ModelColumn['type']): readonly string[] {
  const own = family === 'order' && Object.values(kinds).find(({ type }) => type === base);
  const kind = own || kinds[modelled[family] ?? ''];
  return kind ? Object.keys(kind.operators) : operators[family];
}

const literal = pg.escapeLiteral;

/** Returns a column as it is compared: without its domain, and in a form that has equality. */
export const plainOf = ({ name, type }: ModelColumn): string =>
  `(${pg.escapeIdentifier(name)}::${type.base})${type.form}`;

/** Makes conditions on a column from the values of two rows. */
export function conditionsOf(column: ModelColumn, cell: Cell | null, other: Cell | null): readonly Condition[] {
  const { type } = column;
  const raw = pg.escapeIdentifier(column.name);
  const isNull = [true, false].map((wanted) => ({
    operator: 'isNull',
    argument: wanted,
    sql: `${raw} is ${wanted ? 'not ' : ''}distinct from null`,
  }));
  if (cell === null || cell.shown === null) return isNull;
  const c = plainOf(column);
  const v = `${literal(cell.text)}::${type.base}${type.form}`;
  const of = (operator: string, sql: string, argument: unknown = cell.shown): Condition => ({
    operator,
    argument,
    sql,
  });
  const second = other?.shown === null ? null : other;
  const among = second ? `${c} = ${literal(second.text)}::${type.base}${type.form}` : 'false';
  const both = second ? [cell.shown, second.shown] : [cell.shown];
  const all = [
    ...isNull,
    of('eq', `${c} = ${v}`),
    of('ne', `not (${c} = ${v})`),
    of('in', `${c} = ${v} or ${among}`, both),
    of('notIn', `not (${c} = ${v} or ${among})`, both),
    ...(['equality', 'json', 'hstore'].includes(type.family)
      ? []
      : (['lt', 'lte', 'gt', 'gte'] as const).map((operator) => of(operator, `${c} ${signs[operator]} ${v}`))),
    ...own(column, cell, c, v, of),
  ];
  return all.filter(({ operator }) => operators[type.family].includes(operator));
}

const signs = { lt: '<', lte: '<=', gt: '>', gte: '>=' };

type Of = (operator: string, sql: string, argument?: unknown) => Condition;

function own(
  { type, isLoose }: ModelColumn,
  { text, shown }: Cell,
  c: string,
  v: string,
  of: Of,
): readonly Condition[] {
  switch (type.family) {
    case 'text':
      return ofText(isLoose ? `(${c}::text collate "default")` : `${c}::text`, text, of, (x) => x);
    case 'citext':
      return ofText(`${c}::text`, text, of, (x) => `lower(${x})`);
    case 'time':
      return [of('within', `${c} >= ${clocks[type.base]} - interval 'P1D'`, 'P1D')];
    case 'list': {
      const items = `array_remove(${v}, null)`;
      const given = (shown as readonly unknown[]).filter((item) => item !== null);
      return [
        of('contains', `${c} operator(pg_catalog.@>) ${items}`, given),
        of('containedBy', `${c} operator(pg_catalog.<@) ${items}`, given),
        of('overlaps', `${c} operator(pg_catalog.&&) ${items}`, given),
      ];
    }
    case 'range':
    case 'multirange':
      return [
        of('contains', `${c} @> ${v}`),
        of('containedBy', `${c} <@ ${v}`),
        of('overlaps', `${c} && ${v}`),
        of('adjacent', `${c} -|- ${v}`),
      ];
    case 'network':
      return [of('contains', `${c} >>= ${v}`), of('containedBy', `${c} <<= ${v}`), of('overlaps', `${c} && ${v}`)];
    case 'ltree':
      return [
        of('descendantOf', `${c} <@ ${v}`),
        of('ancestorOf', `${c} @> ${v}`),
        of('matches', `${c} ~ ${literal(`${text}.*`)}::lquery`, `${text}.*`),
      ];
    case 'hstore':
      return [of('contains', `${c} @> ${v}`), of('hasKey', `${c} ? 'a'`, 'a')];
    case 'vector':
      return [of('search', `${c} @@ websearch_to_tsquery('b')`, 'b')];
    case 'geometry':
      return [
        of('intersects', `st_intersects(${c}, ${v})`),
        of('within', `st_within(${c}, ${v})`),
        of('dWithin', `st_dwithin(${c}, ${v}, 1.5)`, { from: shown, distance: 1.5 }),
        of('bbox', `${c} && st_makeenvelope(0, 0, 1, 2)`, [0, 0, 1, 2]),
      ];
    case 'json':
      return ofJson(`(${c})::jsonb`, v, shown, of);
    default:
      return [];
  }
}

const clocks: Readonly<Record<string, string>> = {
  timestamptz: 'now()',
  timestamp: 'localtimestamp',
  date: 'current_date',
};

/**
 * Writes the conditions of text operators, with string functions where possible; `fold` removes what comparisons
 * ignore.
 */
function ofText(c: string, text: string, of: Of, fold: (sql: string) => string): readonly Condition[] {
  const letters = [...text.trimEnd()];
  const part = (from: number, to?: number) => letters.slice(from, to).join('');
  const escaped = (given: string) => given.replaceAll(/[\\%_]/g, '\\$&');
  const [start, end, middle] = [part(0, 2), part(-1), part(1, 2)];
  const bytes = (sql: string) => `${fold(sql)} collate "C"`;
  const pattern = `${escaped(part(0, 1))}%`;
  const anyCase = `%${escaped(part(-1)).toUpperCase()}`;
  return [
    of('like', `${fold(c)} like ${fold(literal(pattern))}`, pattern),
    of('ilike', `${c} ilike ${literal(anyCase)}`, anyCase),
    of('startsWith', `left(${bytes(c)}, ${[...start].length}) = ${fold(literal(start))}`, start),
    of('endsWith', `right(${bytes(c)}, ${[...end].length}) = ${fold(literal(end))}`, end),
    of('contains', `strpos(${bytes(c)}, ${fold(literal(middle))}) > 0`, middle),
    of('eqInsensitive', `${c} ilike ${literal(escaped(text).toUpperCase())}`, text.toUpperCase()),
    of('startsWithInsensitive', `${c} ilike ${literal(`${escaped(start)}%`)}`, start),
    of('endsWithInsensitive', `${c} ilike ${literal(`%${escaped(end)}`)}`, end),
    of('containsInsensitive', `${c} ilike ${literal(`%${escaped(middle)}%`)}`, middle),
    of('matches', `${fold(c)} ~ ${fold(literal(`^${bracketed(start)}`))}`, `^${bracketed(start)}`),
    of('matchesInsensitive', `${c} ~* ${literal(`${bracketed(end)}$`)}`, `${bracketed(end)}$`),
    of('search', `to_tsvector(${c}) @@ websearch_to_tsquery(${literal(start)})`, start),
  ];
}

/** Returns a regular expression that matches exactly these characters. */
const bracketed = (text: string) => [...text].map((one) => (/\w/.test(one) ? one : `[.${one}.]`)).join('');

function ofJson(c: string, v: string, shown: unknown, of: Of): readonly Condition[] {
  const entries = typeof shown === 'object' && shown !== null && !Array.isArray(shown) ? Object.entries(shown) : [];
  const [key, value] = entries.find(([, value]) => value !== null) ?? [];
  return [
    of('contains', `${c} @> ${v}::jsonb`),
    of('type', `jsonb_typeof(${c}) in ('object', 'null')`, ['OBJECT', 'NULL']),
    ...['number', 'string', 'boolean'].map((type) =>
      of(type, `jsonb_typeof(${c}) operator(pg_catalog.=) '${type}'`, { isNull: false }),
    ),
    // One of the generated documents looks like an instant but is not one.
    of('instant', `${c}::text ~ '^"\\d{4}-\\d\\d-\\d\\dT' and ${c}::text !~ '-02-30'`, { isNull: false }),
    of('length', `case when jsonb_typeof(${c}) = 'array' then jsonb_array_length(${c}) > 1 end`, { gt: 1 }),
    ...(key === undefined
      ? []
      : [
          of('hasKey', `${c} ? ${literal(key)}`, key),
          of('at', `${c} #> array[${literal(key)}] = ${literal(JSON.stringify(value))}::jsonb`, {
            path: [key],
            eq: value,
          }),
        ]),
  ];
}
