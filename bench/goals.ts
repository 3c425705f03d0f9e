import { type Cell, questionsOf, ratiosOf } from './cells.ts';
import { base, byHand, ours } from './programs.ts';
import type { Start } from './starts.ts';
import { median, spread } from './statistics.ts';

/** What was to be reached, and what was; both are ratios. */
export interface Goal {
  readonly what: string;
  readonly wanted: string;
  /** Round by round, or start by start; empty where the run did not measure it. */
  readonly ratios: readonly number[];
  readonly reached: boolean;
}

type Starts = ReadonlyMap<string, readonly Start[]>;

/** By question: the throughput at 32 connections, as a ratio to PostGraphile's, that is to be reached. */
export const throughputGoals: Readonly<Record<string, number>> = { Q1: 1.3, Q2: 0.9, Q3: 1.1, Q4: 1.5, Q7: 0.9 };
const handwritten = ['Q5', 'Q6'];

/** All goals, with what a run says of them. */
export const goalsOf = (cells: readonly Cell[], starts: Starts): readonly Goal[] => [
  ...Object.entries(throughputGoals).map(([question, wanted]) =>
    atLeast(
      wanted,
      `${question}: throughput at 32 connections, to ${base.name}`,
      ratiosOf(cells, { question, connections: 32 }, [ours.name, base.name], (m) => m.perSecond),
    ),
  ),
  ...handwritten.map((question) =>
    atMost(
      1.1,
      `${question}: CPU of PostgreSQL for a request at 32 connections, to SQL written by hand`,
      ratiosOf(cells, { question, connections: 32 }, [ours.name, byHand.name], (m) => m.postgresCpu),
    ),
  ),
  ...questionsOf(cells).map(({ name: question }) =>
    atMost(
      1,
      `${question}: p99 at 256 connections, to ${base.name}`,
      ratiosOf(cells, { question, connections: 256 }, [ours.name, base.name], (m) => m.p99),
    ),
  ),
  atMost(
    1,
    `cold start, to ${base.name}`,
    startRatios(starts, (start) => start.ms),
  ),
  atMost(
    1,
    `idle memory, to ${base.name}`,
    startRatios(starts, (start) => start.idleMegabytes),
  ),
];

/** Text for a goal's ratios: the median, and the spread as a part of it. */
export const medianAndSpread = (ratios: readonly number[]): string =>
  ratios.length > 0 ? `${median(ratios).toFixed(2)} (${(spread(ratios) * 100).toFixed(0)} %)` : '–';

const atLeast = (wanted: number, what: string, ratios: readonly number[]): Goal => ({
  ...{ what, ratios, wanted: `≥ ${wanted}` },
  reached: median(ratios) >= wanted,
});

const atMost = (wanted: number, what: string, ratios: readonly number[]): Goal => ({
  ...{ what, ratios, wanted: `≤ ${wanted}` },
  reached: median(ratios) <= wanted,
});

function startRatios(starts: Starts, figure: (start: Start) => number): readonly number[] {
  const theirs = starts.get(base.name) ?? [];
  return (starts.get(ours.name) ?? []).flatMap((start, n) => {
    const other = theirs[n];
    return other ? [figure(start) / figure(other)] : [];
  });
}
