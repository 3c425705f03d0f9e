import type { Token, TokenSource } from '../../auth/identity/tokenSource.ts';

/** An open connection as the rotation sees it. Times are milliseconds since 1970. */
export interface Aging {
  readonly token: Token;
  /** From here on one with a newer token takes its place. */
  readonly tokenDueAt: number;
  /** From here on another takes its place, whatever the token. */
  readonly lifetimeDueAt: number;
  readonly idle: boolean;
}

export interface RotationOptions<T extends Aging> {
  readonly tokens: TokenSource;
  /** The connections that are not already retiring. */
  readonly members: () => readonly T[];
  /** Opens another, lets it serve, then retires the given one; resolves when that one is gone. */
  readonly replace: (member: T) => Promise<void>;
  /** No newer token can be had, or the login failed: the connection keeps serving. Once until it works again. */
  readonly onPostponed: (error: Error) => void;
}

/** Draws when a connection is to be replaced: at another time than its siblings and the other replicas' connections. */
export function dueTimes(token: Token, maxLifetimeMs: number): Pick<Aging, 'tokenDueAt' | 'lifetimeDueAt'> {
  const between = (from: number, to: number) => from + (to - from) * Math.random();
  const lead = token.expiresAt - token.refreshAt;
  return {
    // The newer token is asked for at `refreshAt`; it has a fifth of the lead to come, and so have the logins.
    tokenDueAt: Number.isFinite(lead) ? between(token.refreshAt + lead / 5, token.expiresAt - lead / 5) : Infinity,
    lifetimeDueAt: Date.now() + between(0.8, 1) * maxLifetimeMs,
  };
}

const maxLookMs = 1000;
const nothingNewer = 'No newer token can be had: the connections keep serving, also past the end of theirs';

/** Replaces connections that come of age, one after the other; answers the function that ends it. */
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
      if (!postponed) options.onPostponed(error instanceof Error ? error : new Error(String(error)));
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
 * One whose lifetime is over first, since it needs no newer token; then an idle one, which can go at once, so that the
 * pool is over its size for the shortest time.
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
