import type { Container } from '../support/container.ts';
import type { Sample } from './askSteadily.ts';
import type { Attack, Result } from './attack.ts';

/** The results of an attack on a server with this memory. */
export interface Observation {
  readonly attack: Attack;
  readonly megabytes: number;
  /** The way in which memory was limited. */
  readonly bound: Container['bound'];
  readonly result: Result;
  readonly calm: readonly Sample[];
  readonly meanwhile: readonly Sample[];
  readonly lives: boolean;
  readonly peakMegabytes: number;
}

/** Largest allowed ratio of the others' p99 to the p99 before the attack. */
const slower = 10;
/** Share of the others' small queries that may get a 503 with `Retry-After`. */
const toldToWait = 0.01;

const queriesOf = (samples: readonly Sample[]) => samples.filter(({ kind }) => kind === 'query');
const isServed = ({ status }: Sample) => status === 200;
const isAnnounced = ({ status, announced }: Sample) => status === 503 && announced;

function percentile(samples: readonly Sample[], part: number): number {
  const sorted = queriesOf(samples)
    .map(({ ms }) => ms)
    .toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

/** Returns the missed goals; those of time only if times count. */
export function missedBy(seen: Observation, onlyCounts: boolean): readonly string[] {
  const { attack, megabytes, result, calm, meanwhile, lives, peakMegabytes } = seen;
  const queries = queriesOf(meanwhile);
  const announced = queries.filter(isAnnounced).length;
  const failed = meanwhile.filter((sample) => !isServed(sample) && !isAnnounced(sample) && sample.kind === 'query');
  const red = meanwhile.filter((sample) => sample.kind === 'probe' && !isServed(sample)).length;
  const [before, during] = [percentile(calm, 0.99), percentile(meanwhile, 0.99)];
  const judges = attack.excuses === undefined;
  return [
    ...(lives ? [] : ['the server did not live']),
    ...(result.tried === 0 ? ['nothing was tried'] : []),
    ...(queries.length === 0 && attack.excuses !== 'all' ? ['nobody else asked'] : []),
    ...(failed.length > 0 ? [`others' queries failed ${failed.length} times: ${describe(failed[0])}`] : []),
    ...(judges && announced > toldToWait * queries.length ? [`${announced} of others' queries were told to wait`] : []),
    ...(judges && red > 0 ? [`the probe was red ${red} times`] : []),
    ...(judges && !onlyCounts && during > slower * before
      ? [`others' p99 is ${(during / before).toFixed(0)} times that of before`]
      : []),
    ...(peakMegabytes > megabytes ? [`${peakMegabytes.toFixed(0)} MB were resident`] : []),
    ...(result.wrong ?? []),
  ];
}

const describe = (sample: Sample | undefined) => `${sample?.status} ${sample?.text}`;

export const head = ['attack', 'MB', 'tried', 'failed', 'others', 'not served', 'p99 before', 'p99', 'worst', 'peak'];

/** Writes the line of the table. */
export function cellsOf({ attack, megabytes, result, calm, meanwhile, peakMegabytes }: Observation): readonly string[] {
  const queries = queriesOf(meanwhile);
  const ms = (value: number) => (queries.length > 0 ? `${value.toFixed(0)} ms` : '-');
  return [
    attack.name,
    String(megabytes),
    String(result.tried),
    String(result.failed),
    String(queries.length),
    String(queries.filter((sample) => !isServed(sample)).length),
    ms(percentile(calm, 0.99)),
    ms(percentile(meanwhile, 0.99)),
    ms(percentile(meanwhile, 1)),
    `${peakMegabytes.toFixed(0)} MB`,
  ];
}
