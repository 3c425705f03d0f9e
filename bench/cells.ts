import type { Measurement } from './measure.ts';
import type { Question } from './questions.ts';

/** What one server did with one question, round by round. */
export interface Cell {
  readonly question: Question;
  readonly server: string;
  readonly connections: number;
  readonly measurements: readonly Measurement[];
}

/** Where a cell stands. */
export interface Place {
  readonly question: string;
  readonly connections: number;
}

type Figure = (measurement: Measurement) => number;

/** A server's figure as a ratio to another's, round by round; without rounds of which one of them has no figure. */
export function ratiosOf(
  cells: readonly Cell[],
  { question, connections }: Place,
  [server, to]: readonly [server: string, to: string],
  figure: Figure,
): readonly number[] {
  const of = (name: string) =>
    cells.find((cell) => cell.question.name === question && cell.server === name && cell.connections === connections)
      ?.measurements ?? [];
  const theirs = of(to);
  return of(server).flatMap((mine, round) => {
    const other = theirs[round];
    const ratio = other ? figure(mine) / figure(other) : Number.NaN;
    return Number.isFinite(ratio) ? [ratio] : [];
  });
}

export const serversOf = (cells: readonly Cell[]) => [...new Set(cells.map(({ server }) => server))];
export const questionsOf = (cells: readonly Cell[]) => [...new Set(cells.map(({ question }) => question))];
export const connectionsOf = (cells: readonly Cell[]) => [...new Set(cells.map(({ connections }) => connections))];
