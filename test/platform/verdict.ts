import type { Request, SoakResult, Span } from './soak.ts';

export interface Verdict {
  /** The figures, for people to read. */
  readonly lines: readonly string[];
  /** Violated promises; empty if all are kept. */
  readonly violations: readonly string[];
  /** Excessive latency and memory, which can only be judged on an otherwise idle machine. */
  readonly costs: readonly string[];
}

/** Time during which requests may be slower after a killed backend, a restart or a new connection, in milliseconds. */
const aftermath = { kill: 500, restart: 2000, rotation: 100 };

/** Judges the results of a soak. Failures are only forgiven for requests that overlapped the restart. */
export function judge(result: SoakResult, poolSize: number): Verdict {
  const { requests, down, kills, pool, memory } = result;
  const metDown = (r: Request) => meets(r, down);
  const isRotating = (r: Request) =>
    result.rotations.some(({ from, to }) => meets(r, { from, to: to + aftermath.rotation }));
  const failures = requests.filter(({ code }) => code !== null);
  const wrong = failures.filter((r) => r.code !== 'DATABASE_UNAVAILABLE' || !metDown(r));
  const restart = { from: down.from, to: Math.max(down.to + aftermath.restart, down.whole) };
  const disturbed = [restart, ...kills.map((from) => ({ from, to: from + aftermath.kill }))];
  const calm = requests.filter((r) => r.code === null && !disturbed.some((span) => meets(r, span)));
  const steady = percentiles(calm.filter((r) => !isRotating(r)));
  const rotating = percentiles(calm.filter(isRotating));
  const grown = (kind: 'resident' | 'live') => {
    const bytes = memory.map((sample) => sample[kind]);
    const third = median(bytes.slice(Math.floor(bytes.length / 3), Math.floor(bytes.length / 3) + 5));
    return { third, last: median(bytes.slice(-5)) };
  };
  const [resident, live] = [grown('resident'), grown('live')];
  const sockets = Math.max(pool.sockets, result.sessions);
  return {
    lines: [
      `requests        ${requests.length} (${countBy(requests, (r) => r.read)})`,
      `failures        ${failures.length} (${countBy(failures, (r) => r.code ?? '')}), ${wrong.length} of them outside of the restart`,
      `rotations       ${pool.counts.replaced} (${pool.counts.postponed} times postponed), ${result.tokens} tokens`,
      `disturbances    ${kills.length} backends killed, ${result.outages} identity outages of 3 s, 1 restart (away for ${ms(down.to - down.from)}, whole ${ms(down.whole - down.to)} later)`,
      `readiness       red ${ms(result.unready.from - down.from)} after the server stopped, green ${ms(result.unready.to - down.to)} after it was back`,
      `run again       ${pool.counts['run-again']} statements`,
      `steady          p50 ${ms(steady.p50)}, p99 ${ms(steady.p99)} (${steady.n} requests)`,
      `during rotation p50 ${ms(rotating.p50)}, p99 ${ms(rotating.p99)} (${rotating.n} requests)`,
      `sockets         ${sockets} at the end, ${result.mostSockets} at most, pool size ${poolSize}`,
      `memory          ${mb(resident.third)} after the first third, ${mb(resident.last)} at the end`,
      `  live          ${mb(live.third)} after the first third, ${mb(live.last)} at the end`,
    ],
    violations: [
      ...(wrong.length > 0
        ? [`failures: ${countBy(wrong, (r) => `${r.code} (${r.read})`)}, from ${ms(wrong[0]?.start ?? 0)} on`]
        : []),
      ...(pool.counts.replaced === 0 ? ['no connection was replaced'] : []),
      ...(kills.length === 0 ? ['no backend was killed'] : []),
      ...(result.outages === 0 ? ['the identity endpoint never went away'] : []),
      ...(down.whole - down.to > 5000 ? ['the pool was not whole within 5 s of the return of the server'] : []),
      ...(meets({ start: down.from, end: down.to }, result.unready) ? [] : ['the readiness probe stayed green']),
      ...(result.unready.to - down.to > 5000 ? ['the readiness probe was not green within 5 s'] : []),
      ...(sockets > poolSize + 1 ? [`${sockets} sockets at the end`] : []),
    ],
    costs: [
      ...(rotating.p99 > 2 * steady.p99
        ? [`p99 during rotation is ${(rotating.p99 / steady.p99).toFixed(1)} times the steady one`]
        : []),
      ...(resident.last > 1.1 * resident.third
        ? [`memory grew to ${(resident.last / resident.third).toFixed(2)} times`]
        : []),
    ],
  };
}

const meets = (r: Pick<Request, 'start' | 'end'>, { from, to }: Span): boolean => r.start < to && r.end > from;

function percentiles(requests: readonly Request[]) {
  const sorted = requests.map((r) => r.end - r.start).toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { n: sorted.length, p50: at(0.5), p99: at(0.99) };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const ms = (value: number) => `${value.toFixed(1)} ms`;
const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;

function countBy<T>(items: readonly T[], key: (item: T) => string): string {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return [...counts].map(([name, n]) => `${name} ${n}`).join(', ') || 'none';
}
