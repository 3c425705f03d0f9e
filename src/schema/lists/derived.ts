import { builtIn, isTsvector } from '../../catalog/type.ts';
import { asJsonb, atPath } from '../../db/sql/json.ts';
import type { OrderKey } from '../../db/sql/keyset.ts';
import { rankOf, searchFor } from '../../db/sql/search.ts';
import { columnRef } from '../../db/sql/select.ts';
import type { ShapeColumn } from '../aggregates/shape.ts';
import type { Builder, EnumRef, InputObjectRef } from '../builder.ts';
import { givenIn } from '../given.ts';
import { isDocument } from '../leaves.ts';

/** An order by a value that is computed from a column and the client's input. */
export interface DerivedOrder {
  readonly type: InputObjectRef;
  /** Reads the client's input; throws BAD_USER_INPUT for a null. */
  readonly read: (column: ShapeColumn, rows: string, input: unknown) => Derived;
}

/** A derived order in addition to that of the column itself. */
interface FurtherOrder extends DerivedOrder {
  /** Suffix that the `orderBy` field has in addition to the column's name. */
  readonly suffix: string;
}

/** A key without its name and direction. */
export type DerivedKey = Omit<OrderKey, 'name' | 'descending' | 'nullsFirst'>;

interface Derived {
  readonly key: DerivedKey;
  readonly direction: unknown;
}

/** Defines the derived orders that these columns need, and returns those of a column. */
export function createDerivedOrders(
  builder: Builder,
  direction: EnumRef,
  columns: readonly ShapeColumn[],
): (column: ShapeColumn) => readonly FurtherOrder[] {
  const rank = columns.some(isRanked) && rankOrder(builder, direction);
  const path = columns.some(({ leaf }) => isDocument(leaf)) && pathOrder(builder, direction);
  return (column) => [...(rank && isRanked(column) ? [rank] : []), ...(path && isDocument(column.leaf) ? [path] : [])];
}

/** Tells whether a column has an order by rank: it is a `tsvector`, or its owner gave it a search configuration. */
const isRanked = ({ column }: ShapeColumn): boolean => isTsvector(column.type) || column.search !== undefined;

const rankOrder = (builder: Builder, direction: EnumRef): FurtherOrder => ({
  suffix: 'Rank',
  type: builder.inputType('SearchRankOrderBy', {
    description: 'An order by how well a column matches a search.',
    fields: (t) => ({
      search: t.string({ required: true, description: 'The words, as in the filter `search`.' }),
      direction: t.field({ type: direction, required: true, defaultValue: 'DESC' }),
    }),
  }),
  read({ column }, rows, input) {
    const { search, direction } = Object.fromEntries(givenIn('orderBy', input));
    const found = searchFor({ sql: columnRef(column, rows), type: column.type }, column.search, String(search));
    const key = { expression: rankOf(found), type: builtIn('float4'), nullable: false, given: [String(search)] };
    return { key, direction };
  },
});

const pathOrder = (builder: Builder, direction: EnumRef): FurtherOrder => ({
  suffix: 'At',
  type: builder.inputType('JSONPathOrderBy', {
    description: 'An order by the value at a path, as PostgreSQL orders `jsonb`: numbers by value, strings as texts.',
    fields: (t) => ({
      path: t.stringList({ required: true, description: 'Keys, and positions in lists.' }),
      direction: t.field({ type: direction, required: true, defaultValue: 'ASC' }),
    }),
  }),
  read({ column }, rows, input) {
    const { path, direction } = Object.fromEntries(givenIn('orderBy', input));
    const given = path as readonly string[];
    const expression = atPath(asJsonb(columnRef(column, rows)), given);
    return { key: { expression, type: builtIn('jsonb'), nullable: true, given }, direction };
  },
});
