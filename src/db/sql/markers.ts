import type { Catalog } from '../../catalog/catalog.ts';

/** Values that statements select in addition to columns. */
export type Marker =
  /** The number of the key or input to which a row belongs, from 1. */
  | 'n'
  /**
   * The order of rows without a key: by the hash of their text and the position among equals, or by place on disk. For an
   * INSERT on Citus, the number of a returned row and its position among those with the same distribution value.
   */
  | 'row'
  | 'position'
  | 'tableoid'
  | 'ctid'
  /** The position of a row in what a function returns. */
  | 'ordinality'
  /** The page's `live` value. */
  | 'live'
  /** True if a row exists: the row of a page, a joined row, or the row to change. */
  | 'found'
  /** The prefix of order keys that are not columns of the list's table. */
  | 'order'
  /** True if the UPDATE or DELETE changed the row. */
  | 'written'
  /** True if the INSERT found the row and updated it. */
  | 'updated'
  /** The number of the INSERT that wrote the row. */
  | 'group'
  /** The positions of the inputs that share a key, which prevents the write. */
  | 'repeated'
  /** GraphQL type of a row that was found by its global id. */
  | 'type';

type Marked = Pick<Catalog, 'markerPrefix'>;

/** Returns the name of a marker, which no column has. */
export const marker = ({ markerPrefix }: Marked, name: Marker): string => markerPrefix + name;

/** Returns a prefix for markers that no given name has. */
export function unusedPrefix(names: readonly string[]): string {
  const isUsed = (prefix: string) => names.some((name) => name.startsWith(prefix));
  let prefix = '$';
  for (let n = 1; isUsed(prefix); n++) prefix = `$${n}$`;
  return prefix;
}

/** Returns the name of a value computed for each row; `digest` distinguishes such values. */
export const calledName = ({ markerPrefix }: Marked, digest: string): string => `${markerPrefix}()${digest}`;

/**
 * Returns the name of a joined row's column. It consists of numbers, since real names together may exceed PostgreSQL's
 * 63 bytes.
 */
export const joinedName = ({ markerPrefix }: Marked, place: number, column: number): string =>
  `${markerPrefix}${place}.${column}`;
