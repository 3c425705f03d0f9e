import { isSliceOver, nextSlice } from './slices.ts';
import type { Borrower } from './turns.ts';

/** Small work of many requests that becomes due at the same moment, run in order and in slices. */
export class Backlog {
  readonly #borrower: Borrower;
  readonly #due: (() => void)[] = [];
  #isRunning = false;

  /** Takes the name under which its slices alternate with those of callers. */
  constructor(caller: string) {
    this.#borrower = { caller };
  }

  /**
   * Runs work at once if no other is due, otherwise after the others. Reactions to promises that the work resolves count
   * as part of it. An error that the work throws is an unhandled rejection.
   */
  add(work: () => void): void {
    this.#due.push(work);
    if (!this.#isRunning) void this.#run();
  }

  /** Resolves when it is this caller's turn. */
  turn(): Promise<void> {
    return new Promise((resolve) => this.add(resolve));
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      for (let work = this.#due.shift(); work; work = this.#due.shift()) {
        work();
        await settled();
        if (isSliceOver()) await nextSlice(this.#borrower);
      }
    } finally {
      this.#isRunning = false;
    }
  }
}

/** Resolves when no promise has a reaction left to run: Node.js runs what a reaction passes to `nextTick` only then. */
const settled = () => new Promise<void>((resolve) => queueMicrotask(() => process.nextTick(resolve)));
