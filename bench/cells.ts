import type { Column } from './columns.ts';
import type { Measurement } from './measure.ts';
import type { Program } from './programs.ts';
import type { Question } from './questions.ts';

/** One server's measurements for one question, in one column, by round. */
export interface Cell {
  readonly question: Question;
  readonly server: string;
  readonly column: Column;
  readonly measurements: readonly Measurement[];
}

/** The row and column of a cell. */
interface Place {
  readonly question: string;
  readonly column: Column;
}

type Figure = (measurement: Measurement) => number;

/** Two servers, the first of which is compared with the second. */
type Compared = readonly [program: Pick<Program, 'name'>, to: Pick<Program, 'name'>];

/** Returns the ratios of one server's figure to another's, by round, without rounds in which either has no figure. */
export const ratiosOf = (cells: readonly Cell[], place: Place, compared: Compared, figure: Figure): readonly number[] =>
  pairsOf(cells, place, compared)
    .map(([mine, other]) => figure(mine) / figure(other))
    .filter(Number.isFinite);

/** Returns how much larger one server's figure is than another's, by round. */
export const differencesOf = (
  cells: readonly Cell[],
  place: Place,
  compared: Compared,
  figure: Figure,
): readonly number[] => pairsOf(cells, place, compared).map(([mine, other]) => figure(mine) - figure(other));

function pairsOf(cells: readonly Cell[], { question, column }: Place, [program, to]: Compared) {
  const of = ({ name }: Pick<Program, 'name'>) =>
    cells.find((cell) => cell.question.name === question && cell.server === name && cell.column === column)
      ?.measurements ?? [];
  const theirs = of(to);
  return of(program).flatMap((mine, round) => {
    const other = theirs[round];
    return other ? [[mine, other] as const] : [];
  });
}

export const serversOf = (cells: readonly Cell[]) => [...new Set(cells.map(({ server }) => server))];
export const questionsOf = (cells: readonly Cell[]) => [...new Set(cells.map(({ question }) => question))];
export const columnsOf = (cells: readonly Cell[]) => [...new Set(cells.map(({ column }) => column))];
