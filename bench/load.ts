import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** An HTTP request that is sent again and again. */
export interface Target {
  readonly url: string;
  /** The body of a POST; a GET has none. */
  readonly body: string | null;
}

export interface Load {
  readonly connections: number;
  readonly seconds: number;
}

export interface Outcome {
  readonly requests: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly failures: number;
}

const run = promisify(execFile);
const wrk = ['/usr/bin/wrk', '/usr/local/bin/wrk'].find((path) => existsSync(path));

/** The program that makes the load, in a process of its own. */
export const generator = wrk ? 'wrk' : 'autocannon';

/** Loads a server; the outcome counts every answer that is not a 200 as a failure. */
export const load = (target: Target, how: Load): Promise<Outcome> =>
  wrk ? withWrk(wrk, target, how) : withAutocannon(target, how);

async function withWrk(program: string, { url, body }: Target, { connections, seconds }: Load): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'events-graphql-wrk-'));
  const script = join(folder, 'request.lua');
  await writeFile(script, lua(body));
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '30s', '-s', script, url];
  const { stdout } = await run(program, args);
  await rm(folder, { recursive: true });
  const [requests = 0, perSecond = 0, p50 = 0, p99 = 0, failures = 0] = (/^=(.*)$/m.exec(stdout)?.[1] ?? '')
    .split(' ')
    .map(Number);
  return { requests, perSecond, p50, p99, failures };
}

/** Long brackets of a level that no body has, so that nothing in it needs an escape. */
const lua = (body: string | null) => `
wrk.method = ${body === null ? '"GET"' : '"POST"'}
wrk.headers["content-type"] = "application/json"
wrk.headers["accept"] = "application/json"
${body === null ? '' : `wrk.body = [=====[${body}]=====]`}
done = function(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
  io.write(string.format("=%d %f %f %f %d\\n", summary.requests, summary.requests / (summary.duration / 1e6),
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, failed))
end
`;

async function withAutocannon({ url, body }: Target, { connections, seconds }: Load): Promise<Outcome> {
  const program = new URL('./node_modules/autocannon/autocannon.js', import.meta.url).pathname;
  const headers = ['-H', 'content-type=application/json', '-H', 'accept=application/json'];
  const sent = body === null ? [] : ['-m', 'POST', '-b', body];
  const args = [program, '-j', '-c', String(connections), '-d', String(seconds), ...headers, ...sent, url];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 1e8 });
  const { requests, latency, errors, timeouts, non2xx } = JSON.parse(stdout);
  return {
    requests: requests.total,
    perSecond: requests.average,
    p50: latency.p50,
    p99: latency.p99,
    failures: errors + timeouts + non2xx,
  };
}
