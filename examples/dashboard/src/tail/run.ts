import { ask, problemIn } from '../api/client';
import { backoff, pause } from '../api/patience';
import { type Problem, unreachable } from '../api/problem';
import { type EventWhere, LatestDocument } from '../gql/graphql';
import { follow } from './follow';
import type { Change } from './rows';

export interface TailRun {
  readonly where: EventWhere;
  /** Whether to go on after the list. */
  readonly isLive: boolean;
  /** Where the page is: after the last message that it shows. Null before there is a list. */
  readonly place: { cursor: string | null };
  /** Ends it. */
  readonly signal: AbortSignal;
  /** For the next wait after a failure: aborts when there is reason not to wait on. */
  readonly nap: () => AbortSignal;
  readonly onChange: (change: Change) => void;
  /** How it goes: null where the server answered. */
  readonly onProblem: (problem: Problem | null) => void;
}

/** Lists the newest events where there is no list yet, and follows; after a failure again, from where it was. */
export async function runTail(run: TailRun): Promise<void> {
  const { isLive, place, signal, nap, onProblem } = run;
  for (let failures = 0; !signal.aborted; ) {
    const before = place.cursor;
    try {
      const cursor = before ?? (await list(run));
      if (!isLive) return;
      await listen(cursor, run);
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      const problem = error as Problem; // nothing else is thrown
      onProblem(problem);
      failures = place.cursor === before ? failures + 1 : 1;
      // The cursor is another database's, such as one that was restored: begin anew.
      if (problem.kind === 'refused') place.cursor = null;
      await pause(backoff(failures), AbortSignal.any([signal, nap()]));
    }
  }
}

async function list({ where, place, signal, onChange, onProblem }: TailRun): Promise<string> {
  const result = await ask(LatestDocument, { where }, signal);
  const events = result?.data?.events;
  // Without its cursor nothing can follow a list without a gap.
  if (!events?.liveCursor) throw problemIn(result?.error) ?? unreachable;
  onProblem(null);
  onChange({ type: 'listed', rows: events.nodes });
  place.cursor = events.liveCursor;
  return events.liveCursor;
}

/** The server's messages have so many rows when more wait behind them. */
const fullMessage = 500;

async function listen(after: string, { where, place, signal, onChange, onProblem }: TailRun): Promise<void> {
  onChange({ type: 'resumed' });
  let areMissed = true;
  for await (const { edges, cursor } of follow({ where, after }, signal)) {
    if (signal.aborted) return;
    onProblem(null);
    if (edges.length > 0) onChange({ type: 'added', rows: edges.map(({ node }) => node), areMissed });
    areMissed &&= edges.length === fullMessage;
    place.cursor = cursor;
  }
}
