import type { BenchDatabase } from '../database.ts';

/** How far a run goes. */
export interface Plan {
  /** Of each load. */
  readonly seconds: number;
  /** Of each server whose start is measured. */
  readonly starts: number;
  readonly tables: readonly number[];
  readonly tableRows: readonly number[];
  readonly partitions: readonly number[];
}

/** What came of growing one thing: a row for each of its sizes. */
export interface Section {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export type Grow = (database: BenchDatabase, plan: Plan) => Promise<Section>;
