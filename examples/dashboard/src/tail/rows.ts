import type { TailRowFragment } from '../gql/graphql';

export type TailRow = TailRowFragment;

/** The rows of the tail. */
export interface Rows {
  /** The newest first. */
  readonly rows: readonly TailRow[];
  /** Number of rows that arrived during the last pause. */
  readonly missed: number;
  readonly isLoaded: boolean;
}

export const noRows: Rows = { rows: [], missed: 0, isLoaded: false };

/** Largest number of rows on the page. */
const kept = 200;

export type Change =
  | { readonly type: 'begin' }
  | { readonly type: 'listed'; readonly rows: readonly TailRow[] }
  | { readonly type: 'resumed' }
  /** The rows are in the order of arrival. */
  | { readonly type: 'added'; readonly rows: readonly TailRow[]; readonly areMissed: boolean };

export function change(state: Rows, change: Change): Rows {
  switch (change.type) {
    case 'begin':
      return noRows;
    case 'listed':
      return { rows: change.rows, missed: 0, isLoaded: true };
    case 'resumed':
      return { ...state, missed: 0 };
    case 'added':
      return {
        rows: [...change.rows.toReversed(), ...state.rows].slice(0, kept),
        missed: state.missed + (change.areMissed ? change.rows.length : 0),
        isLoaded: true,
      };
  }
}
