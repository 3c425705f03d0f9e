import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/**
 * Gives a process, or a thread by its id, precedence over everything else on this machine, so that it gets the CPU that
 * it would have on a machine of its own. Returns false if this process may not, which takes root. Source:
 * setpriority(2), whose priorities belong to threads on Linux.
 */
export function takePrecedence(id: number, priority: number): boolean {
  try {
    setPriority(id, priority);
    return true;
  } catch {
    return false;
  }
}

/** Priorities: of the thread that measures latency, and of the server, which is all that it should measure. */
export const precedences = { measuring: constants.priority.PRIORITY_HIGHEST, server: constants.priority.PRIORITY_HIGH };

/** Returns the id of the calling thread. Source: proc(5), /proc/thread-self. */
export const threadId = (): number => Number(readlinkSync('/proc/thread-self').split('/').at(-1));
