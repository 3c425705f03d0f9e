import type { Arrival } from '../../catalog/arrival.ts';
import type { Catalog, Table } from '../../catalog/catalog.ts';
import type { Context } from '../../context.ts';
import { marker } from '../../db/sql/markers.ts';
import type { Sql } from '../../db/sql/sql.ts';
import type { Loaders } from '../../loaders/loaders.ts';

/** Returns the marker that stands for a live cursor among the columns that a document selects. */
export const liveColumn = (catalog: Catalog): string => marker(catalog, 'live');

/** The live cursor of a list: the expression that its statement selects, and the cursor made from it. */
export interface Live {
  readonly expression?: Sql;
  readonly cursor: (seen: string | null) => string;
}

/** Determines the position of a table's live tail before its lists are read; null if the table has none. */
export type PlanLive = (context: Pick<Context, 'tails' | 'caller' | 'loaders'>) => Promise<Live | null>;

/** Creates a `PlanLive` that asks once per execution, so that equal lists still share a statement. */
export function createLivePlan(catalog: Catalog, table: Table, arrival: Arrival | null): PlanLive {
  const planned = new WeakMap<Loaders, Promise<Live>>();
  return async ({ tails, caller, loaders }) => {
    if (!arrival) return null;
    const plan = planned.get(loaders) ?? tails.start({ catalog, table, arrival, caller }).catch(failing);
    planned.set(loaders, plan);
    return plan;
  };
}

/** Creates a live cursor that throws the error, so that the list itself does not fail. */
const failing = (error: unknown): Live => ({
  cursor() {
    throw error;
  },
});
