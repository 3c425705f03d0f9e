import pg from 'pg';
import { readGeometry } from '../../src/schema/geoJson.ts';
import type { Cell } from './conditions.ts';
import type { Relation } from './model.ts';
import type { HostileType } from './types.ts';

/** A row as SQL reads it: its mark, and its values by column. */
export interface OracleRow {
  readonly mark: number;
  readonly cells: ReadonlyMap<string, Cell | null>;
}

/** Returns the API's names of an enum column's labels, by label. */
export type LabelNames = (column: string) => ReadonlyMap<string, string> | undefined;

/** Asks the database directly, with the same role as the API. */
export interface Oracle {
  /** Runs statements and resolves with the rows of each, as PostgreSQL's texts. */
  readonly ask: (statements: readonly string[]) => Promise<readonly (readonly Texts[])[]>;
  readonly end: () => Promise<void>;
}

export type Texts = Readonly<Record<string, string | null>>;

const id = pg.escapeIdentifier;

export async function createOracle(connection: pg.ClientConfig): Promise<Oracle> {
  const client = new pg.Client({ ...connection, options: '-c search_path=pg_catalog,ext' });
  await client.connect();
  await client.query(`set timezone = 'UTC'; set intervalstyle = iso_8601`);
  return {
    async ask(statements) {
      if (statements.length === 0) return [];
      const types = { getTypeParser: () => (value: unknown) => value };
      const answer: unknown = await client.query({ text: statements.join(';\n'), types });
      return [answer].flat().map((result) => (result as pg.QueryResult<Texts>).rows);
    },
    end: () => client.end(),
  };
}

export const relationSql = (schema: string, { name, from }: Relation) => from ?? `${schema}.${id(name)}`;

/** Selects a value as c0, c1, ..., and the items of a list as l0, l1, ... */
export const valueColumns = (value: string, type: HostileType, i: number): readonly string[] => [
  `${value} as c${i}`,
  ...(type.isList
    ? [
        `(select coalesce(json_agg(case when num_nulls(i) = 0 then format('%s', i) end), '[]')
          from (select unnest(${value}::${type.base}) as i) items) as l${i}`,
      ]
    : []),
];

/** Returns the statement that reads all rows of a relation; lists are read item by item. */
export const rowsStatement = (schema: string, relation: Relation): string => {
  const columns = relation.columns.flatMap(({ name, type }, i) => valueColumns(id(name), type, i));
  return `select ${id(relation.mark)} as mark, ${columns.join(', ')} from ${relationSql(schema, relation)} order by 1`;
};

export const readRows = (rows: readonly Texts[], { columns }: Relation, labels: LabelNames): readonly OracleRow[] =>
  rows.map((row) => ({
    mark: Number(row['mark']),
    cells: new Map(
      columns.map((column, i) => {
        return [column.name, readValue(row, column.type, i, labels(column.name))];
      }),
    ),
  }));

/** Reads a value that `valueColumns` selects; `labels` are the API's names of an enum's labels. */
export function readValue(row: Texts, type: HostileType, i: number, labels?: ReadonlyMap<string, string>): Cell | null {
  const text = row[`c${i}`] ?? null;
  if (text === null) return null;
  const show = (one: string) =>
    typeof type.scalar === 'string' ? (scalars[type.scalar] ?? String)(one) : labels?.get(one);
  if (!type.isList) return { text, shown: show(text) };
  const items = JSON.parse(row[`l${i}`] ?? '[]') as (string | null)[];
  return { text, shown: items.map((item) => (item === null ? null : show(item))) };
}

const iso = (text: string) =>
  /^\d{4}-\d\d-\d\d [\d:.]+(\+00)?$/.test(text) ? text.replace(' ', 'T').replace('+00', 'Z') : text;

const jsonOfHstore = (text: string) => `{${text.replaceAll('=>NULL', ':null').replaceAll('=>', ':')}}`;

/** Converts PostgreSQL's text to the value in the API, by scalar. */
const scalars: Readonly<Record<string, (text: string) => unknown>> = {
  Int: Number,
  // JSON has no negative zero.
  Float: (text) => (Number.isFinite(Number(text)) ? Number(text) + 0 : null),
  Boolean: (text) => text === 't' || text === 'true',
  DateTime: iso,
  LocalDateTime: iso,
  JSON: (text) => JSON.parse(/=>|^$/.test(text) ? jsonOfHstore(text) : text) as unknown,
  GeoJSON: readGeometry,
  Byte: (text) => Buffer.from(text.slice(2), 'hex').toString('base64'),
};

/** Returns the statement that evaluates expressions for each row of a relation, as e0, e1, ... */
export const expressionsStatement = (schema: string, relation: Relation, expressions: readonly string[]): string =>
  `select ${[`${id(relation.mark)} as mark`, ...expressions.map((sql, i) => `(${sql})::text as e${i}`)].join(', ')}
   from ${relationSql(schema, relation)}`;

/** Returns the statement that evaluates aggregates over a relation, as e0, e1, ... */
export const aggregatesStatement = (schema: string, relation: Relation, expressions: readonly string[]): string =>
  `select ${expressions.map((sql, i) => `(${sql})::text as e${i}`).join(', ')} from ${relationSql(schema, relation)}`;
