import type { BenchDatabase } from '../database.ts';

/** The sizes of a run. */
export interface Plan {
  /** Length of each load. */
  readonly seconds: number;
  /** Number of measured starts per server. */
  readonly starts: number;
  readonly tables: readonly number[];
  readonly tableRows: readonly number[];
  readonly partitions: readonly number[];
}

/** The results of growing one thing, a row for each of its sizes. */
export interface Section {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export type Grow = (database: BenchDatabase, plan: Plan) => Promise<Section>;
