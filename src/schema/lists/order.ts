import { type Catalog, type Column, columnOf, isOrdered, type Table, uniqueKeys } from '../../catalog/catalog.ts';
import type { Names } from '../../catalog/naming.ts';
import { ordinalOrder } from '../../db/sql/call.ts';
import type { OrderKey } from '../../db/sql/keyset.ts';
import { rowOrder, storageOrder } from '../../db/sql/page.ts';
import { columnRef, type Rows } from '../../db/sql/select.ts';
import { badInput } from '../../errors.ts';
import type { Builder, EnumRef, InputObjectRef } from '../builder.ts';

/** The values of `OrderDirection`. As in PostgreSQL, nulls count as greater than everything. */
export const directions = {
  ASC: { descending: false, nullsFirst: false },
  ASC_NULLS_FIRST: { descending: false, nullsFirst: true },
  ASC_NULLS_LAST: { descending: false, nullsFirst: false },
  DESC: { descending: true, nullsFirst: true },
  DESC_NULLS_FIRST: { descending: true, nullsFirst: true },
  DESC_NULLS_LAST: { descending: true, nullsFirst: false },
} as const;

export type Direction = keyof typeof directions;

export interface Orders {
  readonly direction: EnumRef;
  /** The type of one item of a table's `orderBy`; null where no column has an order. */
  readonly orderBy: (table: Table) => InputObjectRef | null;
  /** The whole order of a list, ties broken; throws BAD_USER_INPUT for a null. */
  readonly keysOf: (table: Rows, orderBy: unknown) => readonly OrderKey[];
}

/** Defines the `orderBy` inputs of all tables. */
export function createOrders(builder: Builder, catalog: Catalog, names: Names): Orders {
  const direction = builder.enumType('OrderDirection', {
    description: 'A direction. By default nulls are last in ASC and first in DESC.',
    values: Object.fromEntries(Object.keys(directions).map((name) => [name, { value: name }])),
  });
  const defined = new Map(
    catalog.tables.map((table) => {
      const columns = new Map(orderable(table).map((column) => [names.column(table, column), column]));
      if (columns.size === 0) return [table.name, null];
      const input = builder.inputType(`${names.type(table)}OrderBy`, {
        isOneOf: true,
        description: 'What to order rows by; the first entry is the most significant.',
        fields: (t) =>
          Object.fromEntries(
            [...columns].map(([name, { deprecationReason }]) => [
              name,
              t.field({ type: direction, deprecationReason }),
            ]),
          ),
      });
      return [table.name, { input, columns }];
    }),
  );
  return {
    direction,
    orderBy: (table) => defined.get(table.name)?.input ?? null,
    keysOf(table, orderBy) {
      const keys = (orderBy === undefined ? [] : given(orderBy)).map((item) => {
        const [[name, value] = ['', '']] = Object.entries(item);
        const column = defined.get(table.name)?.columns.get(name);
        if (!column) throw new Error(`No order by ${name} of ${table.name}`);
        const key = keyOf(column, directions[value as Direction]);
        return table.call ? { ...key, nullable: true } : key;
      });
      return withTieBreak(
        catalog,
        table,
        keys.filter((key, i) => keys.findIndex((k) => k.name === key.name) === i),
      );
    },
  };
}

function given(orderBy: unknown): readonly object[] {
  if (orderBy === null) throw badInput('orderBy is null; leave it out for the default order');
  return orderBy as readonly object[];
}

/**
 * Makes every row's place certain: by a readable unique key, else by the place on disk, else by the row's own text.
 * Ties go in the direction of the last column, so that one index can serve the whole order.
 */
function withTieBreak(catalog: Catalog, table: Rows, keys: readonly OrderKey[]): readonly OrderKey[] {
  const candidates = uniqueKeys(table);
  const has = (name: string) => keys.some((key) => key.name === name);
  if (candidates.some((key) => key.every(has))) return keys;
  const descending = keys.at(-1)?.descending ?? false;
  const [unique] = candidates;
  if (unique) {
    const added = unique.filter((name) => !has(name)).map((name) => columnOf(table, name));
    return [...keys, ...added.map((column) => keyOf(column, { descending, nullsFirst: descending }))];
  }
  if (table.call) return [...keys, ...ordinalOrder(catalog)];
  // Nodes have places of the same name, and compressed chunks none.
  const stored = table.wholeRow && !table.spread && !['view', 'foreign table'].includes(table.kind);
  return [
    ...keys,
    ...(stored ? storageOrder : rowOrder)(catalog).map((key) => ({ ...key, descending, nullsFirst: descending })),
  ];
}

const keyOf = (column: Column, direction: Pick<OrderKey, 'descending' | 'nullsFirst'>): OrderKey => ({
  name: column.name,
  expression: columnRef(column),
  type: column.type,
  nullable: column.nullable,
  divides: column.divides,
  ...direction,
});

const orderable = (table: Table) => table.columns.filter((column) => isOrdered(column.type));
