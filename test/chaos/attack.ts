import type { Container } from '../support/container.ts';
import type { ChaosDatabase } from './database.ts';

/** An attack on a server that others use meanwhile. */
export interface Attack {
  readonly name: string;
  /** The goals that do not hold during the attack: `soon` if the database is unreachable, `all` if the server is. */
  readonly excuses?: 'soon' | 'all';
  /** Prepares what the attack needs before the server starts, given the address of the database. */
  readonly prepare?: (database: ChaosDatabase) => Promise<Preparation>;
  /** Attacks until the signal aborts. */
  readonly run: (target: Target, signal: AbortSignal) => Promise<Result>;
}

/** Stands between the server and its surroundings, or replaces them. */
export interface Preparation {
  /** Additional variables of the server. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Additional arguments of Node.js. */
  readonly args?: readonly string[];
  readonly end?: () => Promise<void> | void;
}

export interface Target {
  readonly database: ChaosDatabase;
  /** The running server. */
  readonly container: () => Container;
  /** Kills the server and starts it again. */
  readonly kill: () => Promise<void>;
  /** Returns the header with the token of a caller of this name. */
  readonly headersOf: (caller: string) => Promise<Readonly<Record<string, string>>>;
  readonly ask: (query: string, asked?: Asked) => Promise<Response>;
}

export interface Asked {
  /** The caller; the attacker by default. */
  readonly caller?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

export interface Result {
  readonly tried: number;
  /** Number of requests that were not answered with data, including rejected ones. */
  readonly failed: number;
  /** Faults, one each, such as a lost row or growing memory. */
  readonly wrong?: readonly string[];
}

/** Repeats work until the signal aborts, with this concurrency, and counts the outcomes. */
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
