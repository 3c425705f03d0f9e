import { writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/**
 * Gives a process that leads a session of its own precedence over everything else on this machine, so that it gets the
 * CPU that it would have on a machine of its own. Does nothing without root. The threads that it has already started
 * keep their priority. Source: sched(7), "The autogroup feature": Linux divides the CPU among sessions first, and each of
 * PostgreSQL's backends is a session.
 */
export function takePrecedence(leader: number): void {
  try {
    setPriority(leader, constants.priority.PRIORITY_HIGH);
    writeFileSync(`/proc/${leader}/autogroup`, String(constants.priority.PRIORITY_HIGH));
  } catch {
    // Times then include the wait for the CPU.
  }
}
