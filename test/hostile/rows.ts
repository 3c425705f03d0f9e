import pg from 'pg';
import type { MadeColumn, MadeReference, MadeTable } from './made.ts';

const id = pg.escapeIdentifier;
const literal = pg.escapeLiteral;

/** Returns the INSERTs of a table's rows, every second one into `other`. Rows that violate a key are skipped. */
export const rowStatements = (table: MadeTable, other: string): readonly string[] =>
  table.spec.rows.map((numbers, n) => insert(table, n % 2 === 0 ? table.sql : other, n, numbers));

function insert(table: MadeTable, into: string, mark: number, numbers: readonly number[]): string {
  const numberOf = (i: number) => (numbers[i % numbers.length] ?? 0) + i;
  const own = table.columns
    .map((column, i) => [column, i === 0 ? String(mark) : valueFor(column, numberOf(i))] as const)
    .filter(([{ source }, value]) => source === 'none' || (source === 'default' && value !== undefined));
  const referring = table.references.map((reference, i) => refer(table, reference, i, numberOf(i + 3)));
  const columns = [...own.map(([column]) => column), ...referring.flatMap(({ columns }) => columns)];
  const values = [
    ...own.map(
      ([{ type }, value]) => `${value === null || value === undefined ? 'null' : literal(value)}::${type.sql}`,
    ),
    ...referring.flatMap(({ values }) => values),
  ];
  const conditions = ['true', ...referring.flatMap((part) => part.conditions)];
  return `insert into ${into} (${columns.map(({ name }) => id(name)).join(', ')}) select ${values.join(', ')}
    from (select 1) one ${referring.flatMap(({ joins }) => joins).join(' ')}
    where ${conditions.join(' and ')} on conflict do nothing`;
}

/** Chooses one of the type's values: null for NULL, undefined for the column's default. */
function valueFor({ type, nullable, source }: MadeColumn, n: number): string | null | undefined {
  if (nullable && n % 5 === 0) return null;
  if (source === 'default' && n % 3 === 0) return undefined;
  return type.values[n % type.values.length] ?? (nullable ? null : undefined);
}

/** Takes the values of a reference from a row of its target. */
function refer(table: MadeTable, { columns, target, key }: MadeReference, i: number, n: number) {
  const alias = `f${i}`;
  const to = target === 'self' ? table : target;
  const isNone = columns.every(({ nullable }) => nullable) && n % 4 === 0;
  if (isNone) return { columns, values: columns.map(({ type }) => `null::${type.sql}`), joins: [], conditions: [] };
  const mark = id(to.columns[0]?.name ?? '');
  return {
    columns,
    values: key.columns.map(({ name }) => `${alias}.${id(name)}`),
    joins: [
      `left join lateral (select * from ${to.sql} order by ${mark}
        offset ${n} % greatest(1, (select count(*) from ${to.sql})) limit 1) ${alias} on true`,
    ],
    conditions: key.columns.flatMap(({ name }, k) =>
      columns[k]?.nullable ? [] : [`${alias}.${id(name)} is not null`],
    ),
  };
}
