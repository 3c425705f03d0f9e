import { useMemo, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import type { PercentilesQuery } from '../gql/graphql';
import { dayAndClock, measured } from '../state/format';
import type { Between, Bucket } from '../state/range';
import type { Scheme } from '../state/useScheme';
import { AsTable } from './AsTable';
import { Chart } from './Chart';
import { Legend } from './Legend';

export interface PercentilesProps {
  readonly values: NonNullable<PercentilesQuery['values']>;
  readonly name: string;
  readonly unit: string | null;
  readonly bucket: Bucket;
  readonly scheme: Scheme;
  readonly onBrush: (range: Between) => void;
}

/** A value between two gaps has no line: it is a point. */
const alone: uPlot.Series.Points.Filter = ({ data }, seriesIndex) => {
  const values = Array.from(data[seriesIndex] ?? []);
  const isGap = (i: number) => values[i] === null || values[i] === undefined;
  return values.flatMap((_, i) => (!isGap(i) && isGap(i - 1) && isGap(i + 1) ? [i] : []));
};

const lines = ['p50', 'p95', 'p99'] as const;

const series = (color: (name: string) => string): readonly uPlot.Series[] =>
  lines.map((name) => ({
    label: name,
    stroke: color(name),
    width: name === 'p50' ? 2 : 1.5,
    ...(name === 'p99' && { dash: [5, 3] }),
    points: { show: true, size: 5, fill: color(name), filter: alone },
    spanGaps: false,
  }));

/** The median and the high end of a value, per bucket. */
export function Percentiles({ values, name, unit, bucket, scheme, onBrush }: PercentilesProps) {
  const [index, setIndex] = useState<number | null>(null);
  const rows = useMemo(
    () =>
      values.flatMap(({ bucket, of }) => (bucket === null ? [] : [{ time: Date.parse(bucket) / 1000, ...of.value }])),
    [values],
  );
  const data = useMemo<uPlot.AlignedData>(
    () => [rows.map(({ time }) => time), ...lines.map((line) => rows.map((row) => row[line]))],
    [rows],
  );
  const last = rows.findLast(({ p50 }) => p50 !== null);
  const shown = (index === null ? undefined : rows[index]) ?? last;
  const timeOf = (time: number) => dayAndClock(time * 1000);
  const label = `${name}, percentiles per ${bucket.name}: the last median is ${measured(last?.p50 ?? null, unit)}, the last p99 ${measured(last?.p99 ?? null, unit)}`;
  return (
    <>
      <Legend
        title={shown ? timeOf(shown.time) : ''}
        items={lines.map((line) => ({ name: line, color: line, value: measured(shown?.[line] ?? null, unit) }))}
      />
      <Chart {...{ label, data, series, scheme, onBrush }} step={bucket.ms / 1000} onPoint={setIndex} />
      <AsTable
        caption={`${name} per ${bucket.name}`}
        head={['Begin', ...lines]}
        rows={() => rows.map((row) => [timeOf(row.time), ...lines.map((line) => measured(row[line], unit))])}
      />
    </>
  );
}
