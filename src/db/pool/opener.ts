import { LoginError } from './loginError.ts';

export interface OpenerOptions {
  /** Returns how many more connections are wanted. */
  readonly wanted: () => number;
  /** Returns how many more there may be. */
  readonly room: () => number;
  /** Returns the number of logins in progress. */
  readonly logins: () => number;
  /** Opens a connection and lends it to somebody who waits. Rejects with a LoginError. */
  readonly open: () => Promise<void>;
  readonly onFailed: (error: LoginError) => void;
}

export interface Opener {
  /** Opens the wanted connections; after a failed login, only one at a time and after a pause. */
  grow(): void;
  /** Reports that logins take so long that the database counts as unavailable until one succeeds. */
  suspect(error: LoginError): void;
  /** The reason why the last login failed; null if it succeeded. */
  readonly problem: LoginError | null;
  end(): void;
}

const firstPauseMs = 100;
export const maxPauseMs = 500;

/**
 * Creates the opener, which decides when to open connections, so that an unavailable database meets one login at a time
 * instead of a herd.
 */
export function createOpener({ wanted, room, logins, open, onFailed }: OpenerOptions): Opener {
  let problem: LoginError | null = null;
  let pause: NodeJS.Timeout | undefined;
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
    // Logins that ran at the same time fail together, and share one pause.
    if (pause) return;
    const ms = Math.min(firstPauseMs * 2 ** failures++, maxPauseMs) * (1 - Math.random() / 2);
    pause = setTimeout(look, ms).unref();
  };
  const look = () => {
    pause = undefined;
    if (room() > 0) void attempt();
    else problem = null;
  };
  const grow = () => {
    if (ended || pause) return;
    const most = Math.min(room(), problem ? 1 - logins() : Infinity);
    if (most <= 0) return; // saves counting those who wait
    for (let n = Math.min(wanted(), most); n > 0; n--) void attempt();
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
      clearTimeout(pause);
    },
  };
}
