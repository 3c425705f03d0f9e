import type { TokenEvent } from '../../auth/identity/tokenSource.ts';

/** An event that the pool counts. */
export type PoolEvent =
  | 'opened'
  | 'lost'
  | 'login-failed'
  | 'replacing'
  | 'replaced'
  | 'postponed'
  | 'run-again'
  | TokenEvent['type'];

/** The listeners to events. */
export interface ReportOptions {
  /** Called with what an operator should know: a broken connection, a failed login or token, a postponed rotation. */
  readonly onError: (error: Error) => void;
  readonly onEvent?: (event: PoolEvent) => void;
}

/** Counts an event, and tells the listeners. */
export type Report = (event: PoolEvent, error?: Error) => void;

export interface Reporter {
  readonly report: Report;
  readonly counts: Readonly<Record<PoolEvent, number>>;
  /** Time at which an event last happened, in milliseconds since 1970. */
  readonly lastAt: Readonly<Partial<Record<PoolEvent, number>>>;
}

/**
 * Creates the reporter of events: it counts them and calls the listeners. A repeated error is reported at most once a
 * minute.
 */
export function createReporter({ onError, onEvent }: ReportOptions): Reporter {
  const counts: Record<PoolEvent, number> = {
    opened: 0,
    lost: 0,
    'login-failed': 0,
    replacing: 0,
    replaced: 0,
    postponed: 0,
    'run-again': 0,
    'token-issued': 0,
    'token-failed': 0,
  };
  const lastAt: Partial<Record<PoolEvent, number>> = {};
  const told = new Map<PoolEvent, { readonly message: string; readonly at: number }>();
  const report: Report = (event, error) => {
    counts[event]++;
    lastAt[event] = Date.now();
    onEvent?.(event);
    if (!error) return;
    const last = told.get(event);
    if (last?.message === error.message && performance.now() - last.at < 60_000) return;
    told.set(event, { message: error.message, at: performance.now() });
    onError(error);
  };
  return { counts, lastAt, report };
}
