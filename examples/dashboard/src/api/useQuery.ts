import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { AnyVariables } from '@urql/core';
import { useEffect, useState } from 'preact/hooks';
import { ask, problemIn } from './client';
import { useConnection } from './connection';
import { backoff, pause } from './patience';
import type { Problem } from './problem';

export interface Answer<Data> {
  /** The last answer for the current variables; until it arrives, the answer for the previous ones. */
  readonly data: Data | null;
  readonly problem: Problem | null;
  /** Time at which `data` arrived; null before. */
  readonly at: number | null;
  /** True if `data` belongs to other variables, or cannot be updated. */
  readonly isStale: boolean;
  readonly refresh: () => void;
}

interface State<Data> {
  readonly data: Data | null;
  readonly at: number | null;
  readonly problem: Problem | null;
  readonly key: string | null;
}

const nothing = { data: null, at: null, problem: null, key: null };

/**
 * Runs a query every `everyMs`, or once if that is null. Continues while the server is unreachable, and keeps the last
 * data.
 */
export function useQuery<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  everyMs: number | null = null,
): Answer<Data> {
  const { status, epoch, report } = useConnection();
  const [state, setState] = useState<State<Data>>(nothing);
  const [turn, setTurn] = useState(0);
  const key = JSON.stringify(variables);
  const isUnfit = status === 'unfit';

  useEffect(() => {
    if (isUnfit) return;
    const stop = new AbortController();
    const { signal } = stop;
    const run = async () => {
      for (let failures = 0; !signal.aborted; ) {
        const result = await ask(document, JSON.parse(key) as Variables, signal);
        if (!result) return;
        const problem = problemIn(result.error);
        const { data } = result;
        report(problem);
        setState((last) => {
          // Fields that failed are null, too.
          if (problem?.kind === 'away') return { ...last, problem };
          if (data) return { data, at: Date.now(), problem, key };
          // If the first query for these variables failed, other variables' data must not be shown.
          return last.key === key ? { ...last, problem } : { ...nothing, problem, key };
        });
        failures = problem?.kind === 'away' ? failures + 1 : 0;
        if (failures === 0 && everyMs === null) return;
        await pause(failures > 0 ? backoff(failures) : (everyMs ?? 0), signal);
      }
    };
    void run();
    return () => stop.abort();
  }, [document, key, everyMs, isUnfit, epoch, turn, report]);

  const refresh = () => setTurn((last) => last + 1);
  const { data, at, problem } = state;
  return { data, at, problem, isStale: state.key !== key || problem?.kind === 'away', refresh };
}
