import type { Token, TokenSource } from '../../auth/identity/tokenSource.ts';
import { asError } from '../../errors.ts';

/** An open connection as the rotation sees it. Times are milliseconds since 1970. */
export interface Aging {
  readonly token: Token;
  /** Time at which a connection with a newer token should replace it. */
  readonly tokenDueAt: number;
  /** Time at which another connection should replace it, whatever its token. */
  readonly lifetimeDueAt: number;
  readonly idle: boolean;
}

export interface RotationOptions<T extends Aging> {
  readonly tokens: TokenSource;
  /** Returns the connections that are not retiring yet. */
  readonly members: () => readonly T[];
  /** Opens a replacement, lets it serve, then retires the given connection; resolves when that is closed. */
  readonly replace: (member: T) => Promise<void>;
  /** Called once when a replacement fails for lack of a token or login; the connection keeps serving. */
  readonly onPostponed: (error: Error) => void;
}

/** Draws at random when a connection is due, so that not all connections of all replicas are replaced at once. */
export function dueTimes(token: Token, maxLifetimeMs: number): Pick<Aging, 'tokenDueAt' | 'lifetimeDueAt'> {
  const between = (from: number, to: number) => from + (to - from) * Math.random();
  const lead = token.expiresAt - token.refreshAt;
  return {
    // The newer token is requested at `refreshAt` and has a fifth of the lead time to arrive. The last fifth is left for
    // the login.
    tokenDueAt: Number.isFinite(lead) ? between(token.refreshAt + lead / 5, token.expiresAt - lead / 5) : Infinity,
    lifetimeDueAt: Date.now() + between(0.8, 1) * maxLifetimeMs,
  };
}

const maxLookMs = 1000;
const nothingNewer = 'No newer token is available; connections stay open after their own token has expired';

/** Replaces connections that are due, one after the other; returns the function that stops it. */
export function startRotation<T extends Aging>(options: RotationOptions<T>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  let postponed = false;
  const look = async () => {
    const member = choose(options.members());
    if (!member) return;
    try {
      const token = await options.tokens.get();
      const aged = member.lifetimeDueAt <= Date.now();
      if (!aged && token.expiresAt <= member.token.expiresAt) throw new Error(nothingNewer);
      await options.replace(member);
      postponed = false;
    } catch (error) {
      if (!postponed && !ended) options.onPostponed(asError(error));
      postponed = true;
    }
  };
  const schedule = () => {
    if (ended) return;
    const wait = postponed ? maxLookMs : untilNext(options.members());
    timer = setTimeout(() => look().finally(schedule), wait).unref();
  };
  schedule();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

const dueAt = (member: Aging): number => Math.min(member.tokenDueAt, member.lifetimeDueAt);

/**
 * Chooses a connection past its lifetime before others, since it needs no newer token. Prefers an idle one, which can
 * close at once, so that the pool exceeds its size only briefly.
 */
function choose<T extends Aging>(members: readonly T[]): T | undefined {
  const aged = members.filter((member) => member.lifetimeDueAt <= Date.now());
  const due = aged.length > 0 ? aged : members.filter((member) => member.tokenDueAt <= Date.now());
  return due.find((member) => member.idle) ?? due[0];
}

const untilNext = (members: readonly Aging[]): number => {
  const next = Math.min(...members.map(dueAt)) - Date.now();
  return Math.min(maxLookMs, Math.max(0, next));
};
