import type { GraphQLField } from 'graphql';
import type { Match } from '../db/sql/match.ts';

/** What a generated field is; it stands in the field's extensions, under `source`. */
export interface Source {
  readonly kind: 'column' | 'relation' | 'list' | 'computed' | 'rows' | 'count' | 'aggregate';
  /** The columns of the parent's table that its resolver reads. */
  readonly columns: readonly string[];
  /** How the parent's row leads to its rows. */
  readonly match?: Match | undefined;
}

/** The `extensions` of a field that reads these columns of its parent's row. */
export const source = (kind: Source['kind'], columns: readonly string[] = []): { source: Source } => ({
  source: { kind, columns },
});

/** The `extensions` of a field whose rows match its parent's row, or which are of a whole table. */
export const matchSource = (kind: 'relation' | 'list' | 'aggregate', match?: Match): { source: Source } => ({
  source: { kind, columns: match?.values ?? [], match },
});

/** What a generated field is; undefined where it is not one that the rows of a table have. */
export const sourceOf = (field: GraphQLField<unknown, unknown> | undefined): Source | undefined =>
  field?.extensions['source'] as Source | undefined;
