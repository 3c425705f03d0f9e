import { existsSync } from 'node:fs';
import { loadWithAutocannon } from './autocannon.ts';
import type { Load, Outcome, Target } from './target.ts';
import { loadWithWrk } from './wrk.ts';

const wrk = ['/usr/bin/wrk', '/usr/local/bin/wrk'].find((path) => existsSync(path));

/** The program that makes the load, in a process of its own. */
export const generator = wrk ? 'wrk' : 'autocannon';

/** Loads a server; every answer that is no 200, or not as long as it should be, counts as a failure. */
export const load = (target: Target, how: Load): Promise<Outcome> =>
  wrk ? loadWithWrk(wrk, target, how) : loadWithAutocannon(target, how);

/**
 * How long a load has to be at least for each connection to be answered twice, at a speed that was seen before: a
 * server that works on all requests at once has answered none for long. Ten times as long as wanted at most.
 */
export const longEnough = ({ connections, seconds }: Load, seen: Pick<Outcome, 'perSecond'> | undefined): Load => ({
  connections,
  seconds: Math.min(10 * seconds, Math.max(seconds, (2 * connections) / (seen?.perSecond ?? 0))),
});
