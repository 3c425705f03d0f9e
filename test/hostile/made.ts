import type { ColumnSpec, CommentKind, KeySpec, TableSpec } from './shapes.ts';
import type { HostileType } from './types.ts';

/** A column of a created table. */
export interface MadeColumn {
  readonly name: string;
  readonly type: HostileType;
  nullable: boolean;
  readonly source: ColumnSpec['source'] | 'reference';
  /** The COLLATE clause; empty for the type's own collation. */
  readonly collation: string;
  readonly comment: CommentKind;
  /** True if the role may not read the column. */
  readonly isHidden: boolean;
}

/** A key of a created table. */
export interface MadeKey {
  readonly name: string;
  readonly kind: KeySpec['kind'];
  readonly columns: readonly MadeColumn[];
  readonly comment: KeySpec['comment'];
}

/** A created table. */
export interface MadeTable {
  readonly spec: TableSpec;
  readonly name: string;
  /** The table's quoted, qualified name. */
  readonly sql: string;
  /** All columns; the first is the mark, which tells the rows apart. */
  readonly columns: readonly MadeColumn[];
  readonly keys: readonly MadeKey[];
  readonly references: readonly MadeReference[];
}

export interface MadeReference {
  readonly name: string;
  readonly columns: readonly MadeColumn[];
  readonly target: MadeTable | 'self';
  readonly key: MadeKey;
  readonly comment: CommentKind;
}
