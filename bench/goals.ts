import { type Cell, differencesOf, questionsOf, ratiosOf } from './cells.ts';
import { crowded, far, near } from './columns.ts';
import { allCpu } from './measure.ts';
import { base, byHand, ours, oursBare, oursOpen } from './programs.ts';
import type { Start } from './starts.ts';
import { median } from './statistics.ts';

/** A goal and the result: ratios, or differences in the unit that the goal names. */
export interface Goal {
  readonly what: string;
  readonly wanted: string;
  /** Values by round, or by start; empty if the run did not measure it. */
  readonly values: readonly number[];
  /** True if the worst of the values reaches the goal. */
  readonly reached: boolean;
}

type Starts = ReadonlyMap<string, readonly Start[]>;

/** The goals for throughput at 32 connections, as a ratio to PostGraphile's, by question. */
export const throughputGoals: Readonly<Record<string, number>> = {
  Q1: 2.4,
  Q2: 2.3,
  Q3: 2,
  Q4: 2.7,
  Q5: 0.95,
  Q7: 2.4,
};
const reads = ['Q1', 'Q2', 'Q3', 'Q4', 'Q5', 'Q6', 'Q7'];

/** Returns all goals with a run's results. */
export const goalsOf = (cells: readonly Cell[], starts: Starts): readonly Goal[] => [
  ...Object.entries(throughputGoals).map(([question, wanted]) =>
    atLeast(
      wanted,
      `${question}: throughput at 32 connections, relative to ${base.name}`,
      ratiosOf(cells, { question, column: near }, [ours, base], (m) => m.perSecond),
    ),
  ),
  ...reads.map((question) =>
    atMost(
      1.2,
      `${question}: CPU of Node.js and PostgreSQL per request at 32 connections, relative to SQL ${byHand.name}`,
      ratiosOf(cells, { question, column: near }, [ours, byHand], allCpu),
    ),
  ),
  atMost(
    1,
    `Q0: CPU per request at 32 connections, relative to ${base.name}`,
    ratiosOf(cells, { question: 'Q0', column: near }, [ours, base], allCpu),
  ),
  atMost(
    0.03,
    'Q0: CPU of the token and the log line at 32 connections, in milliseconds per request',
    differencesOf(cells, { question: 'Q0', column: near }, [ours, oursBare], allCpu),
  ),
  ...reads.map((question) =>
    atMost(
      1.25,
      `${question}: CPU per request at 32 connections with a caller's claims, relative to none`,
      ratiosOf(cells, { question, column: near }, [ours, oursOpen], allCpu),
    ),
  ),
  atMost(
    2,
    `Q8: CPU of Node.js per request at 32 connections, relative to SQL ${byHand.name}`,
    ratiosOf(cells, { question: 'Q8', column: near }, [ours, byHand], (m) => m.nodeCpu),
  ),
  ...(crowded.questions ?? []).map((question) =>
    atMost(
      0.5,
      `${question}: p99 at 256 connections, relative to ${base.name}`,
      ratiosOf(cells, { question, column: crowded }, [ours, base], (m) => m.p99),
    ),
  ),
  ...questionsOf(cells).map(({ name: question }) =>
    atLeast(
      1,
      `${question}: throughput with the database 3 ms away, relative to ${base.name}`,
      ratiosOf(cells, { question, column: far }, [ours, base], (m) => m.perSecond),
    ),
  ),
  atMost(
    1,
    `Cold start, relative to ${base.name}`,
    startRatios(starts, (start) => start.ms),
  ),
  atMost(
    1,
    `Idle memory, relative to ${base.name}`,
    startRatios(starts, (start) => start.idleMegabytes),
  ),
];

/** Formats values as their median, and the lowest to the highest; those below a tenth with three decimals. */
export function medianAndSpread(values: readonly number[]): string {
  if (values.length === 0) return '–';
  const [low, middle, high] = [Math.min(...values), median(values), Math.max(...values)];
  const decimals = Math.abs(middle) < 0.1 ? 3 : 2;
  return `${middle.toFixed(decimals)} (${low.toFixed(decimals)} to ${high.toFixed(decimals)})`;
}

const atLeast = (wanted: number, what: string, values: readonly number[]): Goal => ({
  ...{ what, values, wanted: `≥ ${wanted}` },
  reached: Math.min(...values) >= wanted,
});

const atMost = (wanted: number, what: string, values: readonly number[]): Goal => ({
  ...{ what, values, wanted: `≤ ${wanted}` },
  reached: Math.max(...values) <= wanted,
});

function startRatios(starts: Starts, figure: (start: Start) => number): readonly number[] {
  const theirs = starts.get(base.name) ?? [];
  return (starts.get(ours.name) ?? []).flatMap((start, n) => {
    const other = theirs[n];
    return other ? [figure(start) / figure(other)] : [];
  });
}
