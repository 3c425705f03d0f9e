import { randomUUID } from 'node:crypto';
import type { Catalog } from '../../catalog/catalog.ts';
import { isCluster } from '../../catalog/distribution.ts';
import { marker } from './markers.ts';
import { isAmongKeys, type Key, keyRows, type Match, matchesKey } from './match.ts';
import type { Selected } from './page.ts';
import { computedList } from './projection.ts';
import { alias, from } from './select.ts';
import { and, ident, join, type Sql, sql, trusted } from './sql.ts';

/**
 * Builds the statement that reads something for each key. `select` writes the part for the rows that match a key, and
 * each row contains the number of its key. A single key is compared directly, because Citus would send a lateral subquery
 * for it to every shard, and each would answer. Several keys become a table with a lateral subquery or, on Citus, which
 * rejects that, one part of a UNION ALL each.
 */
export function selectForKeys(
  catalog: Catalog,
  match: Match,
  keys: readonly Key[],
  select: (match: readonly Sql[]) => Sql,
): Sql {
  const [first = [], ...others] = keys;
  const number = ident(marker(catalog, 'n'));
  const arm = (key: Key, n: number) =>
    sql`select ${trusted(String(n))} as ${number}, p.* from (${select([matchesKey(match, key)])}) p`;
  if (others.length === 0) return arm(first, 1);
  if (isCluster(catalog))
    return join(
      padded(keys).map((key, i) => sql`(${arm(key, i + 1)})`),
      ' union all ',
    );
  // A nested loop keeps the order within each key, since the lateral list is read completely before that of the next
  // key.
  return sql`select k.n as ${number}, p.* from ${keyRows(match, keys)} cross join lateral (${select([matchesKey(match)])}) p`;
}

/** Pads the keys to a power of two with keys that match nothing, to keep the number of different statements small. */
function padded(keys: readonly Key[]): readonly Key[] {
  const size = 2 ** Math.ceil(Math.log2(keys.length));
  return [...keys, ...Array<Key>(size - keys.length).fill([])];
}

/** Builds the statement that reads the row of each unique key, with the number of its key. */
export function selectRowsOfKeys(catalog: Catalog, match: Match, keys: readonly Key[], selected: Selected): Sql {
  const number = ident(marker(catalog, 'n'));
  const { columns, computed, joins } = selected;
  const values = [...columns.map((name) => ident(alias, name)), ...computedList(computed, alias), ...joins.list];
  const list = (n: Sql) => join([sql`${n} as ${number}`, ...values]);
  const table = sql`${from(catalog, match.table)} ${ident(alias)}`;
  const [only = [], ...others] = keys;
  return others.length === 0
    ? sql`select ${list(sql`1`)} from ${table}${joins.from} where ${matchesKey(match, only)}`
    : sql`select ${list(sql`k.n`)} from ${keyRows(match, keys)} join ${table}
        on ${and([matchesKey(match), ...isAmongKeys(match, keys)])}${joins.from}`;
}

/**
 * Returns how many keys to build the statement with if it will run with `count` of them. With a table of keys, the
 * statement for two serves any larger number.
 */
export const distinctTexts = (catalog: Catalog, count: number): number =>
  isCluster(catalog) ? count : Math.min(count, 2);

/** Completes a statement with its keys. */
export type KeyedStatement = (keys: readonly Key[]) => Sql;

/** Prefix of the placeholders for keys while a statement is built; no client can guess it. */
const placeholder = randomUUID();

/** Builds a statement for `count` keys of `columns` values each. It is built once, and filled with keys each time it runs. */
export function withKeys(columns: number, count: number, build: (keys: readonly Key[]) => Sql): KeyedStatement {
  const places = Array.from({ length: count }, (_, n) => Array.from({ length: columns }, (_, i) => ({ n, i })));
  const placeholders = new Map(places.flat().map((place) => [`${placeholder} ${place.n} ${place.i}`, place]));
  const built = build(places.map((key) => key.map(({ n, i }) => `${placeholder} ${n} ${i}`)));
  const slots = built.values.map((value) => {
    const [first] = Array.isArray(value) ? value : [value];
    const place = placeholders.get(typeof first === 'string' ? first : '');
    return place && { ...place, isList: Array.isArray(value) };
  });
  return (keys) => ({
    ...built,
    values: built.values.map((value, at) => {
      const slot = slots[at];
      if (!slot) return value;
      return slot.isList ? keys.map((key) => key[slot.i] ?? null) : (keys[slot.n]?.[slot.i] ?? null);
    }),
  });
}
