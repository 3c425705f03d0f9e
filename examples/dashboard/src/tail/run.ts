import { ask, problemIn } from '../api/client';
import { backoff, pause } from '../api/patience';
import { type Problem, unreachable } from '../api/problem';
import { type EventWhere, LatestDocument } from '../gql/graphql';
import { follow } from './follow';
import type { Change } from './rows';

export interface TailRun {
  readonly where: EventWhere;
  /** True if the run follows new events after the list. */
  readonly isLive: boolean;
  /** Cursor of the last message on the page; null before there is a list. */
  readonly place: { cursor: string | null };
  /** Ends the run. */
  readonly signal: AbortSignal;
  /** Signal for the next pause after a failure; aborts when waiting is no longer useful. */
  readonly nap: () => AbortSignal;
  readonly onChange: (change: Change) => void;
  /** Reports the outcome; null if the server answered. */
  readonly onProblem: (problem: Problem | null) => void;
}

/** Lists the newest events if there is no list yet, then follows; after a failure it resumes at its cursor. */
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
      // The cursor belongs to another database, such as a restored one: start again.
      if (problem.kind === 'refused') place.cursor = null;
      await pause(backoff(failures), AbortSignal.any([signal, nap()]));
    }
  }
}

async function list({ where, place, signal, onChange, onProblem }: TailRun): Promise<string> {
  const result = await ask(LatestDocument, { where }, signal);
  const events = result?.data?.events;
  // Without a cursor no stream can follow the list without a gap.
  if (!events?.liveCursor) throw problemIn(result?.error) ?? unreachable;
  onProblem(null);
  onChange({ type: 'listed', rows: events.nodes });
  place.cursor = events.liveCursor;
  return events.liveCursor;
}

/** Number of rows in a message if more are waiting. */
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
