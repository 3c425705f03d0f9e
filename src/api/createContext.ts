import type { Catalog } from '../catalog/catalog.ts';
import type { RequestLimits } from '../config/limits.ts';
import type { Context, Incoming } from '../context.ts';
import { createBudget } from '../db/budget.ts';
import type { Db, SharedDb } from '../db/db.ts';
import type { Borrower } from '../db/pool/turns.ts';
import { createLoaders } from '../loaders/loaders.ts';

export interface ContextOptions {
  readonly db: SharedDb;
  readonly catalog: Catalog;
  readonly limits: RequestLimits;
}

/**
 * Creates the context of a request. Its statements are recorded and count towards its budget, however they reach the
 * database.
 */
export function createContext(incoming: Incoming, { db, catalog, limits }: ContextOptions): Context {
  const { caller, origin, share, signal, record } = incoming;
  const budget = createBudget(limits, share);
  const borrower: Borrower = { caller: origin };
  const withinBudget = (db: Db) => {
    const limited = budget.limit(record?.watch(db) ?? db);
    return { db: limited, loaders: createLoaders(limited, catalog, borrower) };
  };
  return {
    ...incoming,
    borrower,
    budget,
    ...withinBudget(db.within({ claims: caller?.claims, signal, meter: budget.meter, borrower })),
    renew(event) {
      budget.renew();
      if (record) record.rows += event.rows.length;
      return withinBudget(event.db.within({ signal, meter: budget.meter }));
    },
  };
}
