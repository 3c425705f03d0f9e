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
  /** Why no connection can be opened, if so. */
  readonly problem: () => Error | null;
  /** Someone waits for a connection. */
  readonly onWaiting: () => void;
  /** Someone waited in vain, and there is no connection at all. */
  readonly onStranded: () => void;
}

export interface Lending {
  readonly waiting: number;
  /** How many of those who wait could have a connection now, if there were enough. */
  readonly wanting: number;
  /**
   * One that is idle, the most recently used first, or else the next that is given back in the borrower's turn, of those
   * that were alive since then (`performance.now()`). Rejects with DATABASE_UNAVAILABLE when that takes too long, and
   * with the signal's reason when it aborts.
   */
  borrow(borrower: Borrower, aliveSince: number, signal?: AbortSignal): Promise<Member>;
  /** It is lent no longer, whether it is of use again or not. */
  takeBack(member: Member): void;
  /** Lends it to whoever waits; else it is idle. */
  lend(member: Member): void;
  /** There is no connection left: those who wait do so no longer than those who come now. */
  hurry(): void;
  /** Turns away all who wait. */
  end(): void;
}

/** While there is no connection: a pause between logins and the login, so that who comes when it is over is served. */
const strandedWaitMs = maxPauseMs + 750;
const maxWaiting = 1000;

/** Who gets which connection, and for how long it is waited for. */
export function createLending(options: LendingOptions): Lending {
  const { size, waitTimeoutMs, usable, problem, onWaiting, onStranded } = options;
  const turns = createTurns(size);
  const room = createWaitingRoom<Member>(turns);
  const lent = new Map<Member, () => void>();
  const give = (member: Member, borrower: Borrower) => {
    member.idle = false;
    lent.set(member, turns.lend(borrower));
  };
  /** What was given back may have been all that kept others from a share of what is idle. */
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
    async borrow(borrower, aliveSince, signal) {
      const isAlive = (member: Member) => member.aliveAt >= aliveSince;
      const all = usable();
      // A lost connection makes room for another: in a full pool that one has come, and shown that the server lives.
      const suits = all.length >= size ? () => true : isAlive;
      const [member] = all.filter((one) => one.idle && suits(one)).sort((a, b) => b.aliveAt - a.aliveAt);
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
    takeBack(member) {
      lent.get(member)?.();
      lent.delete(member);
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
