import type { Column, PartitionCount } from '../../catalog/catalog.ts';
import type { Type } from '../../catalog/type.ts';
import { badInput } from '../../errors.ts';
import { comparable, equal, isNotNull, isNull, type Operand, orderOf } from './compare.ts';
import { decodeOpaque, encodeOpaque, excerpt, fingerprint } from './opaque.ts';
import { columnRef } from './select.ts';
import { Slot } from './slot.ts';
import { and, ident, join, pruning, type Sql, sql, trusted } from './sql.ts';

/** A key of an order. The result holds its values, as text, under `name`. */
export interface OrderKey {
  readonly name: string;
  readonly expression: Sql;
  /** The type in which a cursor's text is read, and whose operators compare it. */
  readonly type: Type;
  readonly nullable: boolean;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
  /** The `partitions` of a `Column`; absent for other expressions. */
  readonly partitions?: PartitionCount | false;
  /** True if the key is not a column of the list's table, so that no index of the table can provide the order. */
  readonly isComputed?: boolean;
  /** The client's values in the expression. They determine cursors but not the name, so that statements are reused. */
  readonly given?: readonly string[];
  /** True if the key is a distance, so that an index of the table can provide the nearest rows. */
  readonly isDistance?: boolean;
  /** The same distance in the form that an approximate index serves. */
  readonly approximate?: Sql;
}

/** Builds the key for a column of the list's table. */
export const keyOfColumn = (column: Column, direction: Pick<OrderKey, 'descending' | 'nullsFirst'>): OrderKey => ({
  name: column.name,
  expression: columnRef(column),
  type: column.type,
  nullable: column.nullable,
  partitions: column.partitions,
  ...direction,
});

/** The text of each key of a row, in the order of the keys. */
export type KeysetPosition = readonly (string | Slot | null)[];

/** Returns the same order, read from its end. */
export const reversed = (keys: readonly OrderKey[]): readonly OrderKey[] =>
  keys.map((key) => ({ ...key, descending: !key.descending, nullsFirst: !key.nullsFirst }));

/**
 * Builds ORDER BY. `NULLS ...` is only written for nullable keys and if it is not the default, because otherwise no
 * index could be used.
 */
export const orderBy = (keys: readonly OrderKey[]): Sql =>
  join(
    keys.map(({ name, nullable, descending, nullsFirst }) => {
      const nulls = !nullable || nullsFirst === descending ? '' : nullsFirst ? ' nulls first' : ' nulls last';
      return sql`${ident(name)}${trusted((descending ? ' desc' : '') + nulls)}`;
    }),
  );

/**
 * Selects the rows after a position by conditions, at most one of which is true for a row. Each is one range of an
 * index on the keys, so rows that tie with the position in the first keys are not read.
 */
export function after(keys: readonly OrderKey[], position: KeysetPosition): readonly Sql[] {
  const [first] = keys;
  if (!first) return [];
  const run = leadingRun(keys, position);
  const tied = [
    ...run.map((key, i) => equals(key, position[i])),
    ...(run.length === 0 ? [isNull(operandOf(first))] : []),
  ];
  const rest = after(keys.slice(tied.length), position.slice(tied.length)).map((arm) => and([...tied, arm]));
  if (run.length === 0) return first.nullsFirst ? [...rest, isNotNull(operandOf(first))] : rest;
  const nulls = run.flatMap((key, i) =>
    key.nullable && !key.nullsFirst ? [and([...tied.slice(0, i), isNull(operandOf(key))])] : [],
  );
  return [...rest, rowComparison(run, position), ...nulls];
}

/**
 * Returns the first keys that one row comparison can serve: they share direction and operator, and have a value at the
 * position.
 */
function leadingRun(keys: readonly OrderKey[], position: KeysetPosition): readonly OrderKey[] {
  const end = keys.findIndex(
    (key, i) => key.descending !== keys[0]?.descending || past(key) !== past(keys[0] ?? key) || position[i] === null,
  );
  return end === -1 ? keys : keys.slice(0, end);
}

/**
 * Builds a row comparison. It is not true for a row with a null among the keys, unless an earlier key decides. It says
 * explicitly that the first key is not null, because otherwise PostgreSQL 15 reads an index to its end when the ranges of
 * two cursors exclude each other.
 */
function rowComparison(keys: readonly OrderKey[], position: KeysetPosition): Sql {
  const [first] = keys;
  if (!first) throw new Error('A row comparison has no keys');
  const left = join(keys.map((key) => comparable(operandOf(key))));
  const right = join(keys.map((key, i) => bound(key, position[i])));
  const compared = sql`(${left}) ${trusted(past(first))} (${right})`;
  return first.nullable ? and([isNotNull(operandOf(first)), compared]) : compared;
}

/** Returns the operator that tells whether a value comes after another. */
const past = (key: OrderKey): string => orderOf(key)[key.descending ? 'lt' : 'gt'];

const operandOf = ({ expression, type }: OrderKey): Operand => ({ sql: expression, type });

const equals = (key: OrderKey, value: KeysetPosition[number] | undefined): Sql =>
  equal(operandOf(key), { sql: bound(key, value), type: key.type });

function bound({ type, partitions }: OrderKey, value: KeysetPosition[number] = null): Sql {
  return pruning(sql`${value}::${trusted(type.sql)}`, partitions);
}

/** Encodes a position as an opaque text; `order` identifies the order to which it belongs. */
export const encodeCursor = (order: string, position: KeysetPosition): string => encodeOpaque([order, ...position]);

/**
 * Decodes a cursor. If it is a slot, its values may vary but not which of them are null, since that decides the
 * conditions. Throws BAD_USER_INPUT if the cursor is malformed or belongs to another order.
 */
export function positionOf(cursor: unknown, order: string, keys: readonly OrderKey[]): KeysetPosition {
  const read = (given: unknown) => decodeCursor(String(given), order, keys);
  if (!(cursor instanceof Slot)) return read(cursor);
  return cursor
    .property((given) => read(given).map((value) => value === null))
    .map((isNull, i) => (isNull ? null : cursor.map((given) => read(given)[i] ?? null)));
}

function decodeCursor(cursor: string, order: string, keys: readonly OrderKey[]): readonly (string | null)[] {
  const values = decodeOpaque(cursor);
  const broken = () => badInput(`${excerpt(cursor)} is not a cursor`);
  if (!values?.every((value) => value === null || typeof value === 'string')) throw broken();
  const [of, ...position] = values;
  if (of !== order || position.length !== keys.length)
    throw badInput('The cursor belongs to another list or orderBy; start again without a cursor');
  if (keys.some(({ nullable }, i) => !nullable && position[i] === null)) throw broken();
  return position;
}

/** Returns a short text that two lists only share if their tables and orders are equal. */
export const orderFingerprint = (table: string, keys: readonly OrderKey[]): string =>
  fingerprint([
    table,
    ...keys.map((k) => [k.name, k.type.sql, k.descending, k.nullable && k.nullsFirst, ...(k.given ?? [])]),
  ]);
