/** The distribution of a table's rows by an extension. */
export type Spread =
  /** Distributed over a cluster's nodes by the value of `column`; null for a table that is not distributed. */
  | { readonly by: 'citus'; readonly column: string | null }
  /** Distributed over chunks by time, which may be compressed. */
  | { readonly by: 'timescaledb'; readonly isCompressed: boolean };

/** A table, or another thing with rows. */
interface Spreadable {
  /** The way in which an extension distributes the rows, if one does. */
  readonly spread?: Spread | undefined;
}

/** Tells whether Citus keeps the table on a cluster's nodes. */
export const isOnNodes = ({ spread }: Spreadable): boolean => spread?.by === 'citus';

/** Tells whether statements must suit Citus, which rejects some that PostgreSQL accepts, and answers others wrongly. */
export const isCluster = ({ tables }: { readonly tables: readonly Spreadable[] }): boolean => tables.some(isOnNodes);

/** Returns the column that determines a row's node and never changes. */
export const distributionColumn = ({ spread }: Spreadable): string | null =>
  spread?.by === 'citus' ? spread.column : null;
