import { useMemo, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { OverviewQuery } from '../gql/graphql';
import { count, dayAndClock } from '../state/format';
import type { Between, Bucket } from '../state/range';
import type { Scheme } from '../state/useScheme';
import { AsTable } from './AsTable';
import { Chart } from './Chart';
import { Legend } from './Legend';
import { layersOf, nameOf, severities, stackOf } from './stack';

export interface SeveritiesProps {
  readonly groups: NonNullable<OverviewQuery['bySeverity']>;
  readonly bucket: Bucket;
  readonly scheme: Scheme;
  readonly onBrush: (range: Between) => void;
}

const bars = uPlot.paths.bars?.({ size: [0.82, 60], align: 1 });

const series = (color: (name: string) => string): readonly uPlot.Series[] =>
  severities.toReversed().map((severity) => ({
    label: nameOf(severity),
    fill: color(nameOf(severity)),
    width: 0,
    points: { show: false },
    ...(bars && { paths: bars }),
  }));

/** Events per bucket, stacked by severity. */
export function Severities({ groups, bucket, scheme, onBrush }: SeveritiesProps) {
  const [index, setIndex] = useState<number | null>(null);
  const stack = useMemo(() => stackOf(groups), [groups]);
  const data = useMemo<uPlot.AlignedData>(
    () => [[...stack.times], ...layersOf(stack).map(({ tops }) => [...tops])],
    [stack],
  );
  const at = index !== null && index < stack.times.length ? index : null;
  const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
  const shown = (numbers: readonly number[]) => count((at === null ? sum(numbers) : numbers[at]) ?? 0);
  const timeOf = (i: number) => dayAndClock((stack.times[i] ?? 0) * 1000);
  const peak = stack.totals.indexOf(Math.max(...stack.totals));
  const label = `Events per ${bucket.name} by severity: ${count(sum(stack.totals))} in all, most (${count(stack.totals[peak] ?? 0)}) at ${timeOf(peak)}`;
  return (
    <>
      <Legend
        title={at === null ? 'In all' : timeOf(at)}
        items={severities.map((severity) => ({
          name: nameOf(severity),
          color: nameOf(severity),
          value: shown(stack.counts.get(severity) ?? []),
        }))}
      />
      <Chart isCount {...{ label, data, series, scheme, onBrush }} step={bucket.ms / 1000} onPoint={setIndex} />
      <AsTable
        caption={`Events per ${bucket.name}`}
        head={['Begin', ...severities.map(nameOf), 'all']}
        rows={() =>
          stack.times.map((_, i) => [
            timeOf(i),
            ...severities.map((severity) => count(stack.counts.get(severity)?.[i] ?? 0)),
            count(stack.totals[i] ?? 0),
          ])
        }
      />
    </>
  );
}
