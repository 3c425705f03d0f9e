import type { Sql } from '../db/sql/sql.ts';
import { seenBeyond, valuesOf } from '../db/sql/tail.ts';
import type { Subject } from './hub.ts';
import { type Position, rangesOf } from './position.ts';
import type { Settled } from './watch.ts';

/** The start of a tail that continues after what a statement shows. */
export interface Start {
  /** Expression for the statement to read as well. */
  readonly expression: Sql;
  /** Returns the position after everything that the statement could see; null if that is too much to encode. */
  readonly after: (seen: string | null) => Position | null;
}

/** Starts after everything settled, and excludes rows beyond it that the statement already saw. */
export const startAfter = ({ catalog, table, arrival }: Subject, { place }: Settled): Start => ({
  expression: seenBeyond(catalog, table, arrival, place),
  after(text) {
    const values = valuesOf(text);
    const seen = values && rangesOf(values);
    return seen && { place, seen };
  },
});
