import type { Container } from '../support/container.ts';
import type { ChaosDatabase } from './database.ts';

/** Something done to a server that others use meanwhile. */
export interface Attack {
  readonly name: string;
  /** What others cannot be promised while it lasts: `soon` where the database is away, `all` where the server is. */
  readonly excuses?: 'soon' | 'all';
  /** What it needs before the server is started, on the address where that will find the database. */
  readonly prepare?: (database: ChaosDatabase) => Promise<Preparation>;
  /** Goes on until the signal is aborted. */
  readonly run: (target: Target, signal: AbortSignal) => Promise<Result>;
}

/** What is between the server and the world, or takes the place of it. */
export interface Preparation {
  /** Further variables of the server. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Further arguments of Node.js. */
  readonly args?: readonly string[];
  readonly end?: () => Promise<void> | void;
}

export interface Target {
  readonly database: ChaosDatabase;
  /** The server as it runs now. */
  readonly container: () => Container;
  /** Kills the server and starts it again. */
  readonly kill: () => Promise<void>;
  /** The header that a caller of this name sends. */
  readonly headersOf: (caller: string) => Promise<Readonly<Record<string, string>>>;
  readonly ask: (query: string, asked?: Asked) => Promise<Response>;
}

export interface Asked {
  /** The attacker where nothing is said. */
  readonly caller?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

export interface Result {
  readonly tried: number;
  /** Of these, not answered as asked for: refusals count. */
  readonly failed: number;
  /** What must not be, one each: a row that was lost, a memory that grows. */
  readonly wrong?: readonly string[];
}

/** Counts what is done until the signal, by so many at once. */
export async function repeat(
  signal: AbortSignal,
  atOnce: number,
  attempt: (n: number) => Promise<boolean>,
): Promise<Result> {
  let [tried, failed] = [0, 0];
  const one = async () => {
    while (!signal.aborted) {
      const n = tried++;
      if (!(await attempt(n))) failed++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return { tried, failed };
}
