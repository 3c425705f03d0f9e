import type { Catalog } from '../../catalog/catalog.ts';

/** What statements select beside columns, and rows carry beside their values. */
type Marker =
  /** To which key or input of a batch a row belongs, from 1. */
  | 'n'
  /** Of rows without a key: their text, and their position among rows of the same text; of others their place on disk. */
  | 'row'
  | 'position'
  | 'tableoid'
  | 'ctid'
  /** The position of a row in what a function returns. */
  | 'ordinality'
  /** Of a page: the value that was read with it, and whether the row is one of its rows. */
  | 'live'
  | 'found'
  /** The prefix of keys that are not columns of the list's table. */
  | 'order'
  /** Of what was written: whether it was, by which INSERT of the statement, and which inputs share a key. */
  | 'written'
  | 'updated'
  | 'group'
  | 'repeated'
  /** The GraphQL type of a row that was found by its global id. */
  | 'type';

type Marked = Pick<Catalog, 'markerPrefix'>;

/** The name of a marker, which no column has. */
export const marker = ({ markerPrefix }: Marked, name: Marker): string => markerPrefix + name;

/** The name of the value of a call with a row; `digest` tells different calls apart. */
export const calledName = ({ markerPrefix }: Marked, digest: string): string => `${markerPrefix}()${digest}`;

/** The name of a column of a joined row; numbers, since names together may be longer than PostgreSQL's 63 bytes. */
export const joinedName = ({ markerPrefix }: Marked, place: number, column: number): string =>
  `${markerPrefix}${place}.${column}`;
