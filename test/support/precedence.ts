import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/** Priorities: of the thread that measures latency, and of the server, which is all that it should measure. */
export const precedences = { measuring: constants.priority.PRIORITY_HIGHEST, server: constants.priority.PRIORITY_HIGH };

/**
 * Gives a process, or the calling thread, precedence over everything else on this machine, so that it gets the CPU that
 * it would have on a machine of its own. Does nothing without root, or where threads have no priority of their own.
 * Source: setpriority(2), whose priorities belong to threads on Linux.
 */
export function takePrecedence(priority: number, process?: number): void {
  try {
    setPriority(process ?? threadId(), priority);
  } catch {
    // Times then include the wait for the CPU.
  }
}

/** Returns the id of the calling thread. Source: proc(5), /proc/thread-self. */
const threadId = (): number => Number(readlinkSync('/proc/thread-self').split('/').at(-1));
