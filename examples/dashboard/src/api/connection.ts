import { createContext } from 'preact';
import { useCallback, useContext, useReducer } from 'preact/hooks';
import type { Problem } from './problem';
import { writeToken } from './token';

/**
 * Whether the server answers; `locked` means that it wants a token, or another one, `unfit` that it does not run this
 * page's documents.
 */
export type Status = 'ok' | 'away' | 'locked' | 'unfit';

export interface Connection {
  readonly status: Status;
  /** Changes when everybody should ask again at once. */
  readonly epoch: number;
  /** Why it is locked or unfit. */
  readonly message: string;
  /** Tells how a request went; null where it was answered. */
  readonly report: (problem: Problem | null) => void;
  readonly retry: () => void;
  readonly unlock: (token: string) => void;
}

type State = Pick<Connection, 'status' | 'epoch' | 'message'>;

type Event = Problem | 'answered' | 'retry' | 'unlock';

function reduce(state: State, event: Event): State {
  const again = { ...state, epoch: state.epoch + 1 };
  if (event === 'unlock') return { ...again, status: 'ok', message: '' };
  if (event === 'retry') return state.status === 'unfit' ? { ...again, status: 'ok', message: '' } : again;
  // What is still under way when it locks says nothing about the token that is asked for.
  if (state.status === 'locked' || state.status === 'unfit') return state;
  if (event === 'answered') return state.status === 'ok' ? state : { ...again, status: 'ok' };
  if (event.kind === 'locked' || event.kind === 'unfit')
    return { ...state, status: event.kind, message: event.message };
  if (event.kind === 'away') return state.status === 'away' ? state : { ...state, status: 'away' };
  return reduce(state, 'answered');
}

/** One for the whole page: what one request finds out, all others go by. */
export function useConnectionState(): Connection {
  const [state, dispatch] = useReducer(reduce, { status: 'ok', epoch: 0, message: '' });
  const report = useCallback((problem: Problem | null) => dispatch(problem ?? 'answered'), []);
  const retry = useCallback(() => dispatch('retry'), []);
  const unlock = useCallback((token: string) => {
    writeToken(token);
    dispatch('unlock');
  }, []);
  return { ...state, report, retry, unlock };
}

export const ConnectionContext = createContext<Connection | null>(null);

export function useConnection(): Connection {
  const connection = useContext(ConnectionContext);
  if (!connection) throw new Error('There is no connection around this component');
  return connection;
}
