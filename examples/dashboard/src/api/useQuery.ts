import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { AnyVariables } from '@urql/core';
import { useEffect, useState } from 'preact/hooks';
import { client, persisted, problemIn } from './client';
import { useConnection } from './connection';
import { backoff, pause } from './patience';
import type { Problem } from './problem';

export interface Answer<Data> {
  /** The last answer to the question as it is now; while that is on its way, to the one before. */
  readonly data: Data | null;
  readonly problem: Problem | null;
  /** Whether `data` is not about the present variables. */
  readonly isStale: boolean;
  readonly refresh: () => void;
}

interface State<Data> {
  readonly data: Data | null;
  readonly problem: Problem | null;
  readonly key: string | null;
}

/** Asks again every `everyMs`, or once where that is null; asks on while the server is away, and keeps what it had. */
export function useQuery<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  everyMs: number | null = null,
): Answer<Data> {
  const { status, epoch, report } = useConnection();
  const [state, setState] = useState<State<Data>>({ data: null, problem: null, key: null });
  const [turn, setTurn] = useState(0);
  const key = JSON.stringify(variables);

  useEffect(() => {
    if (status === 'locked') return;
    const stop = new AbortController();
    const ask = async (): Promise<Problem | null> => {
      const { data, error } = await client.query(persisted(document), JSON.parse(key) as Variables).toPromise();
      if (stop.signal.aborted) return null;
      const problem = problemIn(error);
      report(problem);
      setState((last) => (data ? { data, problem, key } : { ...last, problem }));
      return problem;
    };
    const run = async () => {
      for (let failures = 0; !stop.signal.aborted; ) {
        const problem = await ask();
        failures = problem ? failures + 1 : 0;
        if (everyMs === null && problem?.kind !== 'away') return;
        await pause(problem ? Math.max(backoff(failures), everyMs ?? 0) : (everyMs ?? 0), stop.signal);
      }
    };
    void run();
    return () => stop.abort();
  }, [document, key, everyMs, status === 'locked', epoch, turn, report]);

  const refresh = () => setTurn((last) => last + 1);
  return { data: state.data, problem: state.problem, isStale: state.key !== key, refresh };
}
