import { encodeCursor, type OrderKey } from '../../db/sql/keyset.ts';
import type { Row } from '../../db/sql/row.ts';
import type { Builder } from '../builder.ts';
import { generated, leafFromParent } from '../generated.ts';
import { scalarLeaf } from '../leaves.ts';

/** A row in a list or live tail, with its cursor. */
export interface Edge {
  readonly row: Row;
  readonly cursor: () => string;
  /** The distance by which the list is ordered, as text. */
  readonly distance?: string | null | undefined;
}

/** The order of a list. */
export interface EdgeOrder {
  /** Fingerprint of the order. */
  readonly order: string;
  readonly keys: readonly OrderKey[];
}

export const edgeOf = (row: Row, order: EdgeOrder): Edge => {
  const distance = order.keys.find(({ isDistance }) => isDistance);
  return { row, cursor: () => cursorOf(row, order), distance: distance && row[distance.name] };
};

export const cursorOf = (row: Row, { order, keys }: EdgeOrder): string =>
  encodeCursor(
    order,
    keys.map(({ name }) => row[name] ?? null),
  );

export type EdgeRef = ReturnType<typeof edgeType>;

/** Defines the edge type of a table, with a distance if its rows can be ordered by one. */
export const edgeType = (builder: Builder, name: string, node: RowRef, hasDistance: boolean) =>
  builder.objectRef<Edge>(`${name}Edge`).implement({
    description: `A ${name} in a list.`,
    fields: (t) => ({
      cursor: t.string({
        description: 'The position of the row in the list, for `after` or `before`.',
        ...leafFromParent(scalarLeaf('String'), ({ cursor }: Edge) => cursor()),
      }),
      ...(hasDistance && {
        distance: t.float({
          nullable: true,
          description: 'The distance by which the list is ordered; null without such an order.',
          ...leafFromParent(scalarLeaf('Float'), ({ distance }: Edge) => distance),
        }),
      }),
      node: t.field({ type: node, ...generated({ kind: 'rows' }, { get: ({ row }: Edge) => row }) }),
    }),
  });

export type RowRef = ReturnType<typeof rowRef>;

/** Declares the object type of a table, before its fields are known. */
export const rowRef = (builder: Builder, name: string) => builder.objectRef<Row>(name);
