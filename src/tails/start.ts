import type { Sql } from '../db/sql/sql.ts';
import { seenBeyond, valuesOf } from '../db/sql/tail.ts';
import type { Subject } from './hub.ts';
import { type Position, rangesOf } from './position.ts';
import type { Settled } from './watch.ts';

/** Where a tail begins that follows on what a statement shows. */
export interface Start {
  /** What the statement is to read along with it. */
  readonly expression: Sql;
  /** The position after all that the statement could see; null where that is too much to say. */
  readonly after: (seen: string | null) => Position | null;
}

/** Begins after all that is settled, but for what can be seen beyond. */
export const startAfter = ({ catalog, table, arrival }: Subject, { place }: Settled): Start => ({
  expression: seenBeyond(catalog, table, arrival, place),
  after(text) {
    const values = valuesOf(text);
    const seen = values && rangesOf(values);
    return seen && { place, seen };
  },
});
