import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Load, Outcome, Target } from './target.ts';

/** Far beyond any load: wrk counts whole seconds, so it is interrupted instead, and then reports on the time it had. */
const longest = '600s';

/** Loads a server with wrk, from one thread. */
export async function loadWithWrk(program: string, target: Target, { connections, seconds }: Load): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'events-graphql-wrk-'));
  try {
    const script = join(folder, 'request.lua');
    await writeFile(script, lua(target));
    const args = ['-t1', `-c${connections}`, `-d${longest}`, '--timeout', '30s', '-s', script, target.url];
    const report = /^=(.*)$/m.exec(await interrupted(program, args, seconds))?.[1];
    if (report === undefined) throw new Error(`wrk reported nothing about ${target.url}`);
    const [requests = 0, perSecond = 0, p50 = 0, p99 = 0, failures = 0] = report.split(' ').map(Number);
    return { requests, perSecond, p50, p99, failures };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What a program prints that is interrupted after so many seconds. */
const interrupted = (program: string, args: readonly string[], seconds: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = execFile(program, args, (error, stdout, stderr) =>
      error ? reject(new Error(`${program} failed: ${stderr}`, { cause: error })) : resolve(stdout),
    );
    const timer = setTimeout(() => child.kill('SIGINT'), seconds * 1000);
    child.once('exit', () => clearTimeout(timer));
  });

/** Long brackets of a level that no body has, so that nothing in it needs an escape. */
const lua = ({ body, answerBytes }: Target) => `
wrk.method = ${body === null ? '"GET"' : '"POST"'}
wrk.headers["content-type"] = "application/json"
wrk.headers["accept"] = "application/json"
${body === null ? '' : `wrk.body = [=====[${body}]=====]`}
local threads = {}
wrong = 0
function setup(thread) table.insert(threads, thread) end
${answerBytes === undefined ? '' : `function response(status, headers, body) if status == 200 and #body ~= ${answerBytes} then wrong = wrong + 1 end end`}
done = function(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
  for _, thread in ipairs(threads) do failed = failed + thread:get("wrong") end
  io.write(string.format("=%d %f %f %f %d\\n", summary.requests, summary.requests / (summary.duration / 1e6),
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, failed))
end
`;
