import type { ColumnSpec, CommentKind, KeySpec, TableSpec } from './shapes.ts';
import type { HostileType } from './types.ts';

/** A column of a table that is made. */
export interface MadeColumn {
  readonly name: string;
  readonly type: HostileType;
  nullable: boolean;
  readonly source: ColumnSpec['source'] | 'reference';
  /** As SQL; empty where it is the type's own. */
  readonly collation: string;
  readonly comment: CommentKind;
  /** Whether the role may not read it. */
  readonly isHidden: boolean;
}

/** A key of a table that is made. */
export interface MadeKey {
  readonly name: string;
  readonly kind: KeySpec['kind'];
  readonly columns: readonly MadeColumn[];
  readonly comment: KeySpec['comment'];
}

/** A table that is made. */
export interface MadeTable {
  readonly spec: TableSpec;
  readonly name: string;
  /** Its quoted, qualified name. */
  readonly sql: string;
  /** The first tells the rows apart. */
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
