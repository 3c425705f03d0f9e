import { useEffect, useReducer, useRef, useState } from 'preact/hooks';
import { useConnection } from '../api/connection';
import type { Problem } from '../api/problem';
import type { EventWhere } from '../gql/graphql';
import { change, noRows, type Rows } from './rows';
import { runTail } from './run';

export interface Tail extends Rows {
  readonly problem: Problem | null;
}

/**
 * The newest events, and each later one exactly once: after a pause, a lost connection or the stream's end, the stream
 * resumes at the cursor of the last message shown.
 */
export function useTail(where: EventWhere, isLive: boolean): Tail {
  const { status, epoch, report } = useConnection();
  const [rows, dispatch] = useReducer(change, noRows);
  const [problem, setProblem] = useState<Problem | null>(null);
  const key = JSON.stringify(where);
  const place = useRef<{ readonly key: string; cursor: string | null }>({ key: '', cursor: null });
  const nap = useRef(new AbortController());
  const isUnfit = status === 'unfit';

  // Another request reached the server, or the user wants to retry.
  useEffect(() => nap.current.abort(), [epoch]);

  useEffect(() => {
    if (isUnfit) return;
    if (place.current.key !== key) {
      place.current = { key, cursor: null };
      dispatch({ type: 'begin' });
    }
    const stop = new AbortController();
    void runTail({
      where: JSON.parse(key) as EventWhere,
      isLive,
      place: place.current,
      signal: stop.signal,
      nap() {
        nap.current = new AbortController();
        return nap.current.signal;
      },
      onChange: dispatch,
      onProblem(problem) {
        report(problem);
        setProblem(problem);
      },
    });
    return () => stop.abort();
  }, [key, isLive, isUnfit, report]);

  return { ...rows, problem };
}
