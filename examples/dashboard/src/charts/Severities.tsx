import { useMemo, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { OverviewQuery, Severity } from '../gql/graphql';
import { count, dayAndClock } from '../state/format';
import type { Between, Bucket } from '../state/range';
import { nameOf, severities, toggled } from '../state/severities';
import type { Scheme } from '../state/useScheme';
import { AsTable } from './AsTable';
import { Chart } from './Chart';
import { Legend } from './Legend';
import { countMarks, type Mark } from './marks';
import { layersOf, stackOf } from './stack';

export interface SeveritiesProps {
  readonly groups: NonNullable<OverviewQuery['bySeverity']>;
  readonly bucket: Bucket;
  readonly scheme: Scheme;
  /** A mark for each incident. */
  readonly marks: readonly Mark[];
  /** Selected severities; an empty list selects all. */
  readonly chosen: readonly Severity[];
  readonly onChoose: (chosen: readonly Severity[]) => void;
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

/** Draws events per bucket, stacked by severity. */
export function Severities({ groups, bucket, scheme, marks, chosen, onChoose, onBrush }: SeveritiesProps) {
  const [index, setIndex] = useState<number | null>(null);
  const stack = useMemo(() => stackOf(groups), [groups]);
  const data = useMemo<uPlot.AlignedData>(
    () => [[...stack.times], ...layersOf(stack).map(({ tops }) => [...tops])],
    [stack],
  );
  const at = index !== null && index < stack.times.length ? index : null;
  const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
  const shown = (numbers: readonly number[]) => count((at === null ? sum(numbers) : numbers[at]) ?? 0);
  const seconds = bucket.ms / 1000;
  const isAsked = (severity: Severity) => chosen.length === 0 || chosen.includes(severity);
  const timeOf = (i: number) => dayAndClock((stack.times[i] ?? 0) * 1000);
  const peak = stack.totals.indexOf(Math.max(...stack.totals));
  const label = `Events per ${bucket.name} by severity: ${count(sum(stack.totals))} in all, most (${count(stack.totals[peak] ?? 0)}) at ${timeOf(peak)}`;
  return (
    <>
      <Legend
        title={at === null ? 'Total' : timeOf(at)}
        items={[
          ...severities.map((severity) => ({
            name: nameOf(severity),
            color: nameOf(severity),
            value: isAsked(severity) ? shown(stack.counts.get(severity) ?? []) : '–',
            choice: {
              isPressed: chosen.includes(severity),
              toggle: () => onChoose(toggled(chosen, severity)),
            },
          })),
          {
            name: '▼ incidents',
            value: count(at === null ? marks.length : countMarks(marks, stack.times[at], seconds)),
          },
        ]}
      />
      <Chart isCount {...{ label, data, series, scheme, marks, onBrush }} step={seconds} onPoint={setIndex} />
      <AsTable
        caption={`Events per ${bucket.name}, as a table`}
        head={['Begin', ...severities.map(nameOf), 'all', 'incidents']}
        rows={() =>
          stack.times.map((time, i) => [
            timeOf(i),
            ...severities.map((severity) => count(stack.counts.get(severity)?.[i] ?? 0)),
            count(stack.totals[i] ?? 0),
            count(countMarks(marks, time, seconds)),
          ])
        }
      />
    </>
  );
}
