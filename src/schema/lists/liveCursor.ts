import type { Arrival } from '../../catalog/arrival.ts';
import type { Catalog, Table } from '../../catalog/catalog.ts';
import type { Context } from '../../context.ts';
import { marker } from '../../db/sql/markers.ts';
import type { Sql } from '../../db/sql/sql.ts';
import type { Loaders } from '../../loaders/loaders.ts';

/** Stands among the columns that a document asks for where it asks for a list's live cursor. */
export const liveColumn = (catalog: Catalog): string => marker(catalog, 'live');

/** The live cursor of a list: what its statement reads for it, and the cursor that this makes. */
export interface Live {
  readonly expression?: Sql;
  readonly cursor: (seen: string | null) => string;
}

/** Finds out where the live tail of a table is, before lists of it are read. */
export type PlanLive = (context: Pick<Context, 'tails' | 'caller' | 'loaders'>) => Promise<Live | null>;

/** One look serves all lists of the table in an execution, so that equal ones remain one statement. */
export function createLivePlan(catalog: Catalog, table: Table, arrival: Arrival | null): PlanLive {
  const planned = new WeakMap<Loaders, Promise<Live>>();
  return async ({ tails, caller, loaders }) => {
    if (!arrival) return null;
    const plan = planned.get(loaders) ?? tails.start({ catalog, table, arrival, caller }).catch(failing);
    planned.set(loaders, plan);
    return plan;
  };
}

/** What fails, fails the cursor alone. */
const failing = (error: unknown): Live => ({
  cursor() {
    throw error;
  },
});
