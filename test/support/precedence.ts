import { writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/** Priorities: of the process that measures latency, and of the server, which is all that it should measure. */
export const precedences = { measuring: constants.priority.PRIORITY_HIGHEST, server: constants.priority.PRIORITY_HIGH };

/**
 * Gives a process that leads a session of its own precedence over everything else on this machine, so that it gets the
 * CPU that it would have on a machine of its own. Does nothing without root. The threads that it has already started
 * keep their priority. Source: sched(7), "The autogroup feature": Linux divides the CPU among sessions first, and each of
 * PostgreSQL's backends is a session.
 */
export function takePrecedence(priority: number, leader: number): void {
  try {
    setPriority(leader, priority);
    writeFileSync(`/proc/${leader}/autogroup`, String(priority));
  } catch {
    // Times then include the wait for the CPU.
  }
}
