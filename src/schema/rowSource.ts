import type { InputFieldMap } from '@pothos/core';
import type { Match } from '../db/sql/match.ts';
import type { Rows } from '../db/sql/select.ts';
import type { Arguments } from './fieldSource.ts';

/** The rows that a function returns, for a list of them. */
export interface RowSource {
  readonly arguments: InputFieldMap;
  /** Throws BAD_USER_INPUT. */
  readonly rows: (args: Arguments) => Rows;
  readonly match: Match | undefined;
  /** How many rows a call returns whatever is asked of them. */
  readonly calledRows: number;
  readonly description: string | undefined;
  readonly deprecationReason: string | undefined;
}
