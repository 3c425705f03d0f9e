import { type Column, columnOf, type ForeignKey, type Table } from './catalog.ts';
import { columnList, keyColumns, missingColumn, unquote } from './columnList.ts';
import type { Directive, Warn } from './comment.ts';
import { isOrdered, type Type } from './type.ts';

/**
 * Returns a table with the keys that its comment declares, and records the declared order of arrival in `arrivals`. The
 * columns of a declared key count as not null.
 */
export function withDeclarations(
  table: Table,
  directives: readonly Directive[],
  tables: readonly Table[],
  arrivals: Map<string, string>,
  warn: Warn,
): Table {
  let { primaryKey, columns } = table;
  const foreignKeys = [...table.foreignKeys];
  for (const { name, argument } of directives) {
    const wrong = (why: string) => warn(`@${name} ${argument} on table ${table.name}: ${why}`);
    if (name === 'key') {
      const key = keyColumns(table, argument);
      if (typeof key === 'string') wrong(key);
      else if (primaryKey.length > 0) wrong('the table already has a key');
      else {
        primaryKey = key;
        columns = columns.map((column) => (key.includes(column.name) ? { ...column, nullable: false } : column));
      }
    }
    if (name === 'foreignKey') {
      const parsed = foreignKeyOf(table, argument, tables);
      if (typeof parsed === 'string') wrong(parsed);
      else foreignKeys.push(parsed);
    }
    if (name === 'arrival') {
      const column = unquote(argument);
      if (missingColumn(table, [column]) !== undefined) wrong(`there is no readable column ${column}`);
      else arrivals.set(table.name, column);
    }
  }
  return { ...table, columns, primaryKey, foreignKeys };
}

/** Reads a declared foreign key, or returns what is wrong with it. */
function foreignKeyOf(table: Table, argument: string, tables: readonly Table[]): ForeignKey | string {
  const [, from, name, to] = /^(\(.*?\))\s*references\s+(".+"|[^\s(]+)\s*(\(.*\))$/i.exec(argument) ?? [];
  const columns = columnList(from ?? '');
  const targets = columnList(to ?? '');
  if (!columns || !targets || name === undefined || columns.length !== targets.length)
    return 'write it as @foreignKey (a) references t (b)';
  const target = tables.find((t) => t.name === unquote(name));
  if (!target) return `there is no readable table ${unquote(name)}`;
  const missing = missingColumn(table, columns) ?? missingColumn(target, targets);
  if (missing !== undefined) return `there is no readable column ${missing}`;
  for (const [i, name] of columns.entries()) {
    const [column, other] = [columnOf(table, name), columnOf(target, targets[i] ?? '')];
    if (!comparable(column.type, other.type))
      return `values of ${shown(column)} and ${shown(other)} have no common order`;
  }
  return { name: `@foreignKey ${argument}`, columns, table: target.name, targets, comment: null };
}

const shown = ({ name, type }: Column): string => `${name} (${type.name})`;

/** Groups of different types that can be compared with each other. */
const families = [
  ['int2', 'int4', 'int8', 'numeric', 'float4', 'float8'],
  ['text', 'varchar', 'bpchar', 'name'],
  ['date', 'timestamp', 'timestamptz'],
];

const comparable = (a: Type, b: Type): boolean =>
  isOrdered(a) && (a.sql === b.sql || families.some((family) => [a, b].every(({ name }) => family.includes(name))));
