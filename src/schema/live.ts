import type { Context } from '../context.ts';
import type { Sql } from '../db/sql.ts';
import type { TableType, Types } from './types.ts';

/** Stands among the columns that a document asks for where it asks for a list's live cursor. */
export const liveColumn = '$live';

/** The live cursor of a list: what its statement reads for it, and the cursor that this makes. */
export interface Live {
  readonly expression?: Sql;
  readonly cursor: (seen: string | null) => string;
}

/** Finds out where the live tail of a table is, before a list of it is read. What fails, fails the cursor alone. */
export async function planLive(
  { catalog }: Types,
  { table, arrival }: TableType,
  { tails, caller }: Context,
): Promise<Live | null> {
  if (!arrival) return null;
  try {
    return await tails.start({ catalog, table, arrival, caller });
  } catch (error) {
    const cursor = () => {
      throw error;
    };
    return { cursor };
  }
}
