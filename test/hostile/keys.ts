import pg from 'pg';
import type { MadeColumn, MadeKey } from './made.ts';
import type { KeySpec, TableSpec } from './shapes.ts';

const id = pg.escapeIdentifier;
const isPartitioned = ({ storage }: TableSpec) => storage === 'range' || storage === 'list' || storage === 'hash';

/** Makes the keys of a table, at most one per set of columns; makes the columns of the primary key NOT NULL. */
export function keysOf(spec: TableSpec, columns: readonly MadeColumn[], nextName: () => string): readonly MadeKey[] {
  const usable = columns.filter(({ type }) => type.ordered);
  const keys: MadeKey[] = [];
  for (const key of spec.keys) {
    const chosen = new Set(key.columns.map((n) => usable[n % usable.length] as MadeColumn));
    if (isPartitioned(spec) || key.kind === 'deferred') chosen.add(columns[0] as MadeColumn);
    const isSecond = key.kind === 'primary' && keys.some(({ kind }) => kind === 'primary');
    const kind = isSecond || (key.kind === 'expression' && isPartitioned(spec)) ? 'unique' : key.kind;
    if (keys.some((other) => other.columns.length === chosen.size && other.columns.every((c) => chosen.has(c))))
      continue;
    keys.push({ name: nextName(), kind, columns: [...chosen], comment: key.comment });
    if (kind === 'primary') for (const column of chosen) column.nullable = false;
  }
  return keys;
}

const constraints: Partial<Readonly<Record<KeySpec['kind'], string>>> = {
  primary: 'primary key',
  unique: 'unique',
  nullable: 'unique',
};

/** Returns a key's constraint in CREATE TABLE; null if it has none. */
export const constraintOf = ({ name, kind, columns }: MadeKey): string | null =>
  constraints[kind] ? `constraint ${id(name)} ${constraints[kind]} (${list(columns)})` : null;

/**
 * Returns the statement that adds a key to an existing table, if any. A deferred constraint is added after the rows,
 * because ON CONFLICT does not accept one.
 */
export function indexOf(table: string, { name, kind, columns }: MadeKey): string | null {
  const index = `create unique index ${id(name)} on ${table}`;
  if (kind === 'index') return `${index} (${list(columns)})`;
  if (kind === 'partial') return `${index} (${list(columns)}) where ${id(columns[0]?.name ?? '')} is not null`;
  if (kind === 'expression') return `${index} (${list(columns)}, (pg_catalog.abs(1)))`;
  return kind === 'deferred'
    ? `alter table ${table} add constraint ${id(name)} unique (${list(columns)}) deferrable`
    : null;
}

/** Returns the object that carries a key's comment. */
export const placeOf = (schema: string, table: string, { name, kind }: MadeKey): string =>
  constraints[kind] || kind === 'deferred' ? `constraint ${id(name)} on ${table}` : `index ${schema}.${id(name)}`;

/** Tells whether foreign keys can refer to a key. These are also the keys by which the API finds rows. */
export const isReferable = ({ kind }: MadeKey): boolean => !['partial', 'expression', 'deferred'].includes(kind);

const list = (columns: readonly MadeColumn[]) => columns.map(({ name }) => id(name)).join(', ');
