import type { InputFieldMap } from '@pothos/core';
import type { Match } from '../db/sql/match.ts';
import type { Rows } from '../db/sql/select.ts';
import type { Arguments } from './fieldSource.ts';

/** The source of a list's rows, unless they are a whole table: a function, or the parent's row. */
export interface RowSource {
  /** The function's arguments, in addition to those of every list. */
  readonly arguments: InputFieldMap;
  /** Returns the rows for the field's arguments; throws BAD_USER_INPUT for bad ones. */
  readonly rows: (args: Arguments) => Rows;
  /** Leads from the parent's row to the rows. */
  readonly match: Match | undefined;
  /** Estimated number of rows that a call computes, however few are selected. */
  readonly computedRows: number;
  readonly description: string | undefined;
  readonly deprecationReason: string | undefined;
}
