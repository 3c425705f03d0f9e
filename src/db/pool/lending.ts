import { unavailable } from '../../errors.ts';
import { inSpan } from '../../tracing/span.ts';
import type { Member } from './members.ts';
import { maxPauseMs } from './opener.ts';
import { type Borrower, createTurns } from './turns.ts';
import { createWaitingRoom } from './waitingRoom.ts';

export interface LendingOptions {
  readonly size: number;
  readonly waitTimeoutMs: number;
  /** The connections that may be lent, idle or not. */
  readonly usable: () => readonly Member[];
  /** The reason why no connection can be opened, if any. */
  readonly problem: () => Error | null;
  /** Called when somebody waits for a connection. */
  readonly onWaiting: () => void;
  /** Called when somebody waited in vain and there is no connection at all. */
  readonly onStranded: () => void;
}

export interface Lending {
  readonly waiting: number;
  /** Number of waiting borrowers whose turn it is, and who only wait because too few connections are open. */
  readonly wanting: number;
  /**
   * Borrows the most recently used idle connection, or waits until it is the borrower's turn. The connection must have
   * answered since `aliveSince` (`performance.now()`); an idle one of a full pool need not. Throws DATABASE_UNAVAILABLE if
   * too many wait; rejects with it after too long a wait, and with the signal's reason when that aborts.
   */
  borrow(borrower: Borrower, aliveSince: number, signal?: AbortSignal): Member | Promise<Member>;
  /** Takes a connection back, and lends it to somebody who waits if it can be lent again. */
  takeBack(member: Member, canLend: boolean): void;
  /** Lends a connection to somebody who waits; otherwise it becomes idle. */
  lend(member: Member): void;
  /** Shortens all waits, because no connection is left. */
  hurry(): void;
  /** Turns away everybody who waits. */
  end(): void;
}

/**
 * Longest wait while there is no connection: a pause between logins plus a login, so that a borrower who outlasts the
 * pause is served.
 */
const strandedWaitMs = maxPauseMs + 750;
const maxWaiting = 1000;

/** Creates the part of a pool that decides who gets which connection and how long they wait. */
export function createLending(options: LendingOptions): Lending {
  const { size, waitTimeoutMs, usable, problem, onWaiting, onStranded } = options;
  const turns = createTurns(size, () => usable().length);
  const room = createWaitingRoom<Member>(turns);
  const give = (member: Member, borrower: Borrower) => {
    member.idle = false;
    member.endLoan = turns.lend(borrower);
  };
  /** Lends idle connections to those who wait: a returned one may raise the shares of several. */
  const serve = () => {
    if (room.length === 0) return;
    for (const member of usable()) {
      const borrower = member.idle ? room.offer(member) : null;
      if (borrower) give(member, borrower);
    }
  };
  const late = (): Error => {
    if (usable().length > 0) return unavailable(new Error(`None of ${size} connections became free in time`));
    onStranded();
    return unavailable(problem() ?? new Error('No connection could be opened in time'));
  };
  return {
    get waiting() {
      return room.length;
    },
    get wanting() {
      return room.wanting;
    },
    borrow(borrower, aliveSince, signal) {
      const isAlive = (member: Member) => member.aliveAt >= aliveSince;
      const all = usable();
      // After a loss, a full pool has opened a new connection, which proves that the server is alive.
      const suits = all.length >= size ? () => true : isAlive;
      const member = lastUsed(all, suits);
      if (member && turns.share(borrower) > 0) {
        give(member, borrower);
        return member;
      }
      if (room.length >= maxWaiting) throw unavailable(new Error(`${maxWaiting} statements wait for a connection`));
      return inSpan('wait for a connection', {}, () => {
        const ms = problem() && all.length === 0 ? strandedWaitMs : waitTimeoutMs;
        const waited = room.wait(borrower, { suits: isAlive, ms, late, signal });
        onWaiting();
        return waited;
      });
    },
    takeBack(member, canLend) {
      member.endLoan?.();
      member.endLoan = undefined;
      member.idle = canLend;
      serve();
    },
    lend(member) {
      member.idle = true;
      serve();
    },
    hurry: () => room.hurry(strandedWaitMs),
    end: () => room.hurry(0),
  };
}

/** Finds the idle connection that was used last. */
function lastUsed(members: readonly Member[], suits: (member: Member) => boolean): Member | undefined {
  let last: Member | undefined;
  for (const member of members)
    if (member.idle && suits(member) && (!last || member.aliveAt > last.aliveAt)) last = member;
  return last;
}
