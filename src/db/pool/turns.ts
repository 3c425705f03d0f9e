/** Whose work wants a connection. */
export interface Borrower {
  /** A caller, or an address where nobody is asked who they are. */
  readonly caller: string;
  /** The request that the work is for. */
  readonly request: object;
}

/** Who may have one more connection of a pool, and who is next. */
export interface Turns {
  /** How many more connections the work of a request may have now. */
  share(borrower: Borrower): number;
  /** It has one more; what is answered is called when it gives that back. */
  lend(borrower: Borrower): () => void;
  /** How long a caller has lately had connections, in milliseconds; whoever has had least is next. */
  used(caller: string): number;
}

interface Account {
  /** Of the connections that it has given back, as it counted at `at`. */
  usedMs: number;
  at: number;
  held: number;
  /** The sum of the times at which those it holds were lent. */
  lentAt: number;
  readonly byRequest: Map<object, number>;
}

/** What the server does for itself: its share is not bounded, and it does little. */
export const ownWork = 'server';

/** After so long the use of a connection counts half. */
const halfLifeMs = 1000;

/** Accounts of callers who hold nothing are kept for what they know, so long as there are no more. */
const maxAccounts = 1000;

/**
 * One request has at most half of a pool of `size` connections at once, and a caller who holds some leaves the last fifth
 * to those who hold none. The turns go by the time that connections were lent rather than by prices: a price says how
 * many rows a document may ask for, not how long PostgreSQL looks for them.
 */
export function createTurns(size: number, now: () => number = () => performance.now()): Turns {
  const perRequest = Math.ceil(size / 2);
  const reserve = Math.floor(size / 5);
  const accounts = new Map<string, Account>();
  let lent = 0;

  function accountOf(caller: string): Account {
    const known = accounts.get(caller);
    if (known) return known;
    if (accounts.size >= maxAccounts) for (const [name, { held }] of accounts) if (held === 0) accounts.delete(name);
    const made: Account = { usedMs: 0, at: now(), held: 0, lentAt: 0, byRequest: new Map() };
    accounts.set(caller, made);
    return made;
  }

  const decayed = ({ usedMs, at }: Account) => usedMs * 2 ** ((at - now()) / halfLifeMs);

  return {
    share({ caller, request }) {
      if (caller === ownWork) return size;
      const account = accounts.get(caller);
      if (!account || account.held === 0) return perRequest;
      if (size - lent <= reserve) return 0;
      return perRequest - (account.byRequest.get(request) ?? 0);
    },
    lend({ caller, request }) {
      const account = accountOf(caller);
      const since = now();
      lent++;
      account.held++;
      account.lentAt += since;
      account.byRequest.set(request, (account.byRequest.get(request) ?? 0) + 1);
      return () => {
        lent--;
        account.held--;
        account.lentAt -= since;
        account.usedMs = decayed(account) + now() - since;
        account.at = now();
        const left = (account.byRequest.get(request) ?? 0) - 1;
        if (left > 0) account.byRequest.set(request, left);
        else account.byRequest.delete(request);
      };
    },
    used(caller) {
      const account = accounts.get(caller);
      return account ? decayed(account) + account.held * now() - account.lentAt : 0;
    },
  };
}
