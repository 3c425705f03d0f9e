import type { InputFieldMap } from '@pothos/core';
import type { Match } from '../db/sql/match.ts';
import type { Rows } from '../db/sql/select.ts';
import type { Arguments } from './fieldSource.ts';

/** The rows that a function returns, for a list of them. */
export interface RowSource {
  readonly arguments: InputFieldMap;
  /** Returns the rows for the field's arguments; throws BAD_USER_INPUT for bad ones. */
  readonly rows: (args: Arguments) => Rows;
  readonly match: Match | undefined;
  /** Estimated number of rows that a call computes, however few are selected. */
  readonly computedRows: number;
  readonly description: string | undefined;
  readonly deprecationReason: string | undefined;
}
