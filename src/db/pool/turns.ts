/**
 * The party that asks for connections, for slices or to run, usually for a request. It carries its own counts, because a
 * long-lived Map by request would keep requests alive until a full garbage collection.
 */
export interface Borrower {
  /** The caller, or an address if callers are anonymous. */
  readonly caller: string;
  /** Number of connections, or of runs, that it holds. */
  held?: number;
  /** Place among the requests with long work, by when that began. */
  place?: number;
}

/** Decides who may have another connection of a pool, and who is next. */
export interface Turns {
  /** Tells whether any request of a caller may have another connection now. */
  isDue(caller: string): boolean;
  /** Returns how many more connections a request may have now. */
  share(borrower: Borrower): number;
  /** Returns how many more connections a request may have once the pool has opened all that it may. */
  shareWhenOpen(borrower: Borrower): number;
  /** Records that a connection was lent; returns the function to call when it is returned. */
  lend(borrower: Borrower): () => void;
  /** Returns how long a caller has recently held connections, in milliseconds; whoever has the least is next. */
  used(caller: string): number;
}

interface Account {
  /** Time for which returned connections were held, as of `at`. */
  usedMs: number;
  at: number;
  held: number;
  /** Sum of the times at which the held connections were lent. */
  lentAt: number;
}

/** The caller of the server's own work, which is small and has no limit. */
export const ownWork = 'server';

/** Time after which the past use of a connection counts half. */
const halfLifeMs = 1000;

/** Number of accounts at which idle ones are dropped. */
const maxAccounts = 1000;

/**
 * Creates the turns of a pool of at most `size` connections, of which `open()` are open. One request holds at most half
 * of those that are open, and a caller who already holds some leaves the last fifth to those who hold none. Only open
 * connections count: a caller who took them all would keep others waiting until more are open. Turns go by the time that
 * connections were held rather than by price: a price tells how many rows a document may ask for, not how long PostgreSQL
 * searches for them.
 */
export function createTurns(size: number, open: () => number): Turns {
  const now = () => performance.now();
  const accounts = new Map<string, Account>();
  let lent = 0;

  function accountOf(caller: string): Account {
    const known = accounts.get(caller);
    if (known) return known;
    if (accounts.size >= maxAccounts) for (const [name, { held }] of accounts) if (held === 0) accounts.delete(name);
    const made: Account = { usedMs: 0, at: now(), held: 0, lentAt: 0 };
    accounts.set(caller, made);
    return made;
  }

  const decayed = ({ usedMs, at }: Account) => usedMs * 2 ** ((at - now()) / halfLifeMs);

  const isDueOf = (connections: number, caller: string) =>
    caller === ownWork || connections - lent > Math.floor(connections / 5) || !accounts.get(caller)?.held;

  function shareOf(connections: number, { caller, held = 0 }: Borrower): number {
    if (caller === ownWork) return size;
    return isDueOf(connections, caller) ? Math.ceil(connections / 2) - held : 0;
  }

  return {
    isDue: (caller) => isDueOf(open(), caller),
    share: (borrower) => shareOf(open(), borrower),
    shareWhenOpen: (borrower) => shareOf(size, borrower),
    lend(borrower) {
      const account = accountOf(borrower.caller);
      const since = now();
      lent++;
      account.held++;
      account.lentAt += since;
      borrower.held = (borrower.held ?? 0) + 1;
      return () => {
        lent--;
        account.held--;
        account.lentAt -= since;
        account.usedMs = decayed(account) + now() - since;
        account.at = now();
        borrower.held = (borrower.held ?? 0) - 1;
      };
    },
    used(caller) {
      const account = accounts.get(caller);
      return account ? decayed(account) + account.held * now() - account.lentAt : 0;
    },
  };
}
