import { LoginError } from './loginError.ts';

export interface OpenerOptions {
  /** How many more connections someone waits for, and how many more there may be. */
  readonly wanted: () => number;
  readonly room: () => number;
  /** How many logins are under way. */
  readonly logins: () => number;
  /** Opens one and gives it to those who wait. Rejects with a LoginError. */
  readonly open: () => Promise<void>;
  readonly onFailed: (error: LoginError) => void;
}

export interface Opener {
  /** Opens what is wanted; while the last login failed, one at a time and only after a pause. */
  grow(): void;
  /** The logins under way take so long that the database counts as away until one succeeds. */
  suspect(error: LoginError): void;
  /** Why the last login failed; null since one succeeded. */
  readonly problem: LoginError | null;
  end(): void;
}

const firstPauseMs = 100;
export const maxPauseMs = 500;

/** Decides when a connection is opened, so that a database that is away meets one login at a time, not a herd. */
export function createOpener({ wanted, room, logins, open, onFailed }: OpenerOptions): Opener {
  let problem: LoginError | null = null;
  let probe: NodeJS.Timeout | undefined;
  let failures = 0;
  let ended = false;

  const attempt = async () => {
    try {
      await open();
      problem = null;
      failures = 0;
    } catch (error) {
      fail(error instanceof LoginError ? error : new LoginError('connect', String(error), { cause: error }));
    }
    grow();
  };
  const fail = (error: LoginError) => {
    if (ended) return;
    problem = error;
    onFailed(error);
    // Logins that were under way together fail together: one pause for all.
    if (probe) return;
    const pause = Math.min(firstPauseMs * 2 ** failures++, maxPauseMs) * (1 - Math.random() / 2);
    probe = setTimeout(look, pause).unref();
  };
  const look = () => {
    probe = undefined;
    if (room() > 0) void attempt();
    else problem = null;
  };
  const grow = () => {
    if (ended || probe) return;
    const most = problem ? 1 - logins() : Infinity;
    for (let n = Math.min(wanted(), room(), most); n > 0; n--) void attempt();
  };
  return {
    grow,
    suspect(error) {
      problem ??= error;
    },
    get problem() {
      return problem;
    },
    end() {
      ended = true;
      clearTimeout(probe);
    },
  };
}
