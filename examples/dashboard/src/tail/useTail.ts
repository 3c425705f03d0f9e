import { useEffect, useReducer, useRef, useState } from 'preact/hooks';
import { client, persisted, problemIn } from '../api/client';
import { useConnection } from '../api/connection';
import { backoff, pause } from '../api/patience';
import { type Problem, unreachable } from '../api/problem';
import { type EventWhere, LatestDocument } from '../gql/graphql';
import { follow } from './follow';
import { change, noRows, type Rows } from './rows';

export interface Tail extends Rows {
  readonly problem: Problem | null;
}

/** The server's messages have so many rows when more wait behind them. */
const fullMessage = 500;

/**
 * The newest events and every one that follows, each once: the stream goes on after the cursor of the last message that
 * was shown, whether the page was paused, the server away, or the stream at its end.
 */
export function useTail(where: EventWhere, isLive: boolean): Tail {
  const { status, epoch, report } = useConnection();
  const [rows, dispatch] = useReducer(change, noRows);
  const [problem, setProblem] = useState<Problem | null>(null);
  const key = JSON.stringify(where);
  const place = useRef<{ readonly key: string; readonly cursor: string | null }>({ key: '', cursor: null });
  const nap = useRef(new AbortController());

  // Somebody else reached the server, or was told to try.
  useEffect(() => nap.current.abort(), [epoch]);

  useEffect(() => {
    if (status === 'locked') return;
    const stop = new AbortController();
    const { signal } = stop;
    if (place.current.key !== key) {
      place.current = { key, cursor: null };
      dispatch({ type: 'begin' });
    }
    const arrive = (cursor: string | null) => {
      place.current = { key, cursor };
    };

    const answered = () => {
      report(null);
      setProblem(null);
    };

    const list = async (): Promise<string> => {
      const { data, error } = await client.query(persisted(LatestDocument), { where: JSON.parse(key) }).toPromise();
      // Without its cursor a list cannot go on without a gap.
      if (!data?.events?.liveCursor) throw problemIn(error) ?? unreachable;
      if (signal.aborted) throw unreachable;
      dispatch({ type: 'listed', rows: data.events.nodes });
      answered();
      return data.events.liveCursor;
    };

    const listen = async (after: string): Promise<void> => {
      dispatch({ type: 'resumed' });
      let areMissed = true;
      for await (const { edges, cursor } of follow({ where: JSON.parse(key), after }, signal)) {
        if (signal.aborted) return;
        answered();
        if (edges.length > 0) dispatch({ type: 'added', rows: edges.map(({ node }) => node), areMissed });
        areMissed &&= edges.length === fullMessage;
        arrive(cursor);
      }
    };

    const run = async () => {
      for (let failures = 0; !signal.aborted; ) {
        const { cursor: before } = place.current;
        try {
          if (before === null) arrive(await list());
          if (!isLive) return;
          if (place.current.cursor !== null) await listen(place.current.cursor);
        } catch (error) {
          if (signal.aborted) return;
          const problem = error as Problem; // nothing else is thrown
          report(problem);
          setProblem(problem);
          // The cursor is another database's, such as one that was restored: begin anew.
          if (problem.kind === 'refused') arrive(null);
          const { cursor } = place.current;
          failures = cursor === before || cursor === null ? failures + 1 : 1;
          nap.current = new AbortController();
          await pause(backoff(failures), AbortSignal.any([signal, nap.current.signal]));
        }
      }
    };
    void run();
    return () => stop.abort();
  }, [key, isLive, status === 'locked', report]);

  return { ...rows, problem };
}
