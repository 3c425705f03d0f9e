import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { Load, Outcome, Target } from './target.ts';

const program = new URL('./autocannon.js', import.meta.url).pathname;

/** Loads a server with autocannon, in a process of its own. */
export async function loadWithAutocannon(target: Target, how: Load): Promise<Outcome> {
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify({ ...target, ...how }));
  const { requests, latency, errors, timeouts, non2xx, mismatches, duration } = JSON.parse(await text(child.stdout));
  return {
    requests: requests.total,
    perSecond: requests.total / duration,
    p50: latency.p50,
    p99: latency.p99,
    failures: errors + timeouts + non2xx + mismatches,
  };
}
