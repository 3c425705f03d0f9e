/** The distribution of a table's rows by an extension. */
export type Distribution =
  /** Distribution over a cluster's nodes by the value of `column`, which is null for a table without such a column. */
  | { readonly by: 'citus'; readonly column: string | null }
  /** Distribution over chunks by time, which may be compressed. */
  | { readonly by: 'timescaledb'; readonly isCompressed: boolean };

/** A table, or another thing with rows. */
interface Distributed {
  /** The way in which an extension distributes the rows, if one does. */
  readonly distribution?: Distribution | undefined;
}

/** Tells whether Citus keeps the table on a cluster's nodes. */
export const isOnNodes = ({ distribution }: Distributed): boolean => distribution?.by === 'citus';

/** Tells whether statements must suit Citus, which rejects some that PostgreSQL accepts, and answers others wrongly. */
export const isCluster = ({ tables }: { readonly tables: readonly Distributed[] }): boolean => tables.some(isOnNodes);

/** Returns the column that determines a row's node and never changes. */
export const distributionColumn = ({ distribution }: Distributed): string | null =>
  distribution?.by === 'citus' ? distribution.column : null;
