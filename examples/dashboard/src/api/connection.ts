import { createContext } from 'preact';
import { useCallback, useContext, useReducer } from 'preact/hooks';
import type { Problem } from './problem';

/** The state of the server: it answers, it does not, or (`unfit`) it does not run this page's documents. */
export type Status = 'ok' | 'away' | 'unfit';

export interface Connection {
  readonly status: Status;
  /** Changes when every query should be sent again at once. */
  readonly epoch: number;
  /** The reason, if the server is unfit. */
  readonly message: string;
  /** Reports the outcome of a request; null if it was answered. */
  readonly report: (problem: Problem | null) => void;
  readonly retry: () => void;
}

type State = Pick<Connection, 'status' | 'epoch' | 'message'>;

type Event = Problem | 'answered' | 'retry';

function reduce(state: State, event: Event): State {
  const again = { ...state, epoch: state.epoch + 1 };
  if (event === 'retry') return { ...again, status: state.status === 'unfit' ? 'ok' : state.status, message: '' };
  if (state.status === 'unfit') return state;
  if (event === 'answered') return state.status === 'ok' ? state : { ...again, status: 'ok' };
  if (event.kind === 'unfit') return { ...state, status: 'unfit', message: event.message };
  if (event.kind === 'away') return state.status === 'away' ? state : { ...state, status: 'away' };
  return reduce(state, 'answered');
}

/** The connection of the whole page: all requests share what one finds out. */
export function useConnectionState(): Connection {
  const [state, dispatch] = useReducer(reduce, { status: 'ok', epoch: 0, message: '' });
  const report = useCallback((problem: Problem | null) => dispatch(problem ?? 'answered'), []);
  const retry = useCallback(() => dispatch('retry'), []);
  return { ...state, report, retry };
}

export const ConnectionContext = createContext<Connection | null>(null);

export function useConnection(): Connection {
  const connection = useContext(ConnectionContext);
  if (!connection) throw new Error('There is no connection around this component');
  return connection;
}
