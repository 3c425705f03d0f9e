import { createHash } from 'node:crypto';
import { badInput } from '../errors.ts';
import { and, ident, join, or, type Sql, sql, trusted } from './sql.ts';

/** One part of an order. All its values are rows' text under `name` in the result. */
export interface OrderKey {
  readonly name: string;
  readonly expression: Sql;
  /** The type to which a cursor's text is cast. */
  readonly type: string;
  readonly nullable: boolean;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** The text of each key of a row, in the order of the keys. */
export type Position = readonly (string | null)[];

/** The same order, read from its end. */
export const reversed = (keys: readonly OrderKey[]): readonly OrderKey[] =>
  keys.map((key) => ({ ...key, descending: !key.descending, nullsFirst: !key.nullsFirst }));

/** `NULLS ...` is written for nullable keys only, and only where it is not the default: else an index would not serve. */
export const orderBy = (keys: readonly OrderKey[]): Sql =>
  join(
    keys.map(({ name, nullable, descending, nullsFirst }) => {
      const nulls = !nullable || nullsFirst === descending ? '' : nullsFirst ? ' nulls first' : ' nulls last';
      return sql`${ident(name)}${trusted((descending ? ' desc' : '') + nulls)}`;
    }),
  );

/**
 * The rows after a position, as conditions whose rows follow one another: all rows of the first arm come before those
 * of the second. Each arm is led by a bound on the first key, with which an index can start in the middle.
 */
export function after(keys: readonly OrderKey[], position: Position): readonly Sql[] {
  const [key, ...rest] = keys;
  if (!key) return [];
  if (isUniform(keys)) return [rowComparison(keys, position)];
  const [value = null, ...others] = position;
  const { expression, nullable, nullsFirst } = key;
  if (value === null) {
    const within = after(rest, others).map((arm) => sql`(${expression} is null and ${arm})`);
    return nullsFirst ? [...within, sql`${expression} is not null`] : within;
  }
  const bounded = sql`(${compare(key, value, '=')} and ${isAfter(keys, position)})`;
  return nullable && !nullsFirst ? [bounded, sql`${expression} is null`] : [bounded];
}

/** The same condition in one piece, without the bound. */
export function isAfter(keys: readonly OrderKey[], position: Position): Sql {
  const [key, ...rest] = keys;
  if (!key) return sql`false`;
  if (isUniform(keys)) return rowComparison(keys, position);
  const [value = null, ...others] = position;
  const past = isPast(key, value);
  const tied = and([
    value === null ? sql`${key.expression} is null` : sql`${key.expression} = ${bound(key, value)}`,
    isAfter(rest, others),
  ]);
  return or([...past, ...(rest.length > 0 ? [tied] : [])]);
}

function isPast(key: OrderKey, value: string | null): readonly Sql[] {
  const { expression, nullable, nullsFirst } = key;
  if (value === null) return nullsFirst ? [sql`${expression} is not null`] : [];
  return [compare(key, value, ''), ...(nullable && !nullsFirst ? [sql`${expression} is null`] : [])];
}

const isUniform = (keys: readonly OrderKey[]) =>
  keys.every((key) => !key.nullable && key.descending === keys[0]?.descending);

function rowComparison(keys: readonly OrderKey[], position: Position): Sql {
  const left = join(keys.map((key) => key.expression));
  const right = join(keys.map((key, i) => bound(key, position[i] ?? null)));
  return sql`(${left}) ${trusted(keys[0]?.descending ? '<' : '>')} (${right})`;
}

const compare = (key: OrderKey, value: string, equal: '=' | ''): Sql =>
  sql`${key.expression} ${trusted((key.descending ? '<' : '>') + equal)} ${bound(key, value)}`;

const bound = (key: OrderKey, value: string | null): Sql => sql`${value}::${trusted(key.type)}`;

/** An opaque text for a position; `order` is what it is a position in. */
export const encodeCursor = (order: string, position: Position): string =>
  Buffer.from(JSON.stringify([order, ...position])).toString('base64url');

/** Reads a cursor back; throws BAD_USER_INPUT for one that is broken or of another order. */
export function decodeCursor(cursor: string, order: string, keys: readonly OrderKey[]): Position {
  const values = parse(cursor);
  const broken = () => badInput(`"${cursor.slice(0, 80)}" is not a cursor`);
  if (!Array.isArray(values) || !values.every((v) => v === null || typeof v === 'string')) throw broken();
  const [of, ...position] = values;
  if (of !== order || position.length !== keys.length)
    throw badInput('The cursor belongs to another list or another orderBy; start again without a cursor');
  if (keys.some(({ nullable }, i) => !nullable && position[i] === null)) throw broken();
  return position;
}

/** A short text that two lists share only when their tables and orders are the same. */
export const fingerprintOf = (table: string, keys: readonly OrderKey[]): string =>
  createHash('sha1')
    .update(JSON.stringify([table, ...keys.map((k) => [k.name, k.type, k.descending, k.nullable && k.nullsFirst])]))
    .digest('base64url')
    .slice(0, 6);

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
