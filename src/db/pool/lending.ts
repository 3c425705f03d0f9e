import { unavailable } from '../../errors.ts';
import { inSpan } from '../../tracing/span.ts';
import type { Member } from './members.ts';
import { maxPauseMs } from './opener.ts';
import { createQueue } from './queue.ts';

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
  /**
   * One that is idle, the most recently used first, or else the next that is given back, of those that were alive
   * since then (`performance.now()`). Rejects with DATABASE_UNAVAILABLE when that takes too long, and with the signal's
   * reason when it aborts.
   */
  borrow(aliveSince: number, signal?: AbortSignal): Promise<Member>;
  /** Lends it to whoever waits; else it is idle. */
  lend(member: Member): void;
  /** There is no connection left: those who wait do so no longer than those who come now. */
  hurry(): void;
  /** Turns away all who wait. */
  end(): void;
}

/** While there is no connection: a pause between logins and the login, so that who comes when it is over is served. */
const strandedWaitMs = maxPauseMs + 750;
const maxQueue = 1000;

/** Who gets which connection, and for how long it is waited for. */
export function createLending(options: LendingOptions): Lending {
  const { size, waitTimeoutMs, usable, problem, onWaiting, onStranded } = options;
  const queue = createQueue<Member>();
  const late = (): Error => {
    if (usable().length > 0) return unavailable(new Error(`None of ${size} connections became free in time`));
    onStranded();
    return unavailable(problem() ?? new Error('No connection could be opened in time'));
  };
  return {
    get waiting() {
      return queue.length;
    },
    async borrow(aliveSince, signal) {
      const isAlive = (member: Member) => member.aliveAt >= aliveSince;
      const all = usable();
      // A lost connection makes room for another: in a full pool that one has come, and shown that the server lives.
      const suits = all.length >= size ? () => true : isAlive;
      const [member] = all.filter((one) => one.idle && suits(one)).sort((a, b) => b.aliveAt - a.aliveAt);
      if (member) {
        member.idle = false;
        return member;
      }
      if (queue.length >= maxQueue) throw unavailable(new Error(`${maxQueue} requests wait for a connection`));
      return inSpan('wait for a connection', {}, () => {
        const waited = queue.wait(
          isAlive,
          problem() && all.length === 0 ? strandedWaitMs : waitTimeoutMs,
          late,
          signal,
        );
        onWaiting();
        return waited;
      });
    },
    lend(member) {
      member.idle = !queue.offer(member);
    },
    hurry: () => queue.hurry(strandedWaitMs),
    end: () => queue.hurry(0),
  };
}
