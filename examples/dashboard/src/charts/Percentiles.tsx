import { useMemo, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import type { PercentilesQuery } from '../gql/graphql';
import { count, dayAndClock, measured } from '../state/format';
import type { Between, Bucket } from '../state/range';
import type { Scheme } from '../state/useScheme';
import { AsTable } from './AsTable';
import { Chart } from './Chart';
import { Legend } from './Legend';
import { countMarks, type Mark } from './marks';

export interface PercentilesProps {
  readonly values: NonNullable<PercentilesQuery['values']>;
  readonly name: string;
  readonly unit: string | null;
  readonly bucket: Bucket;
  readonly scheme: Scheme;
  /** A mark for each incident. */
  readonly marks: readonly Mark[];
  readonly onBrush: (range: Between) => void;
}

/** A value between two gaps is drawn as a point, because no line reaches it. */
const alone: uPlot.Series.Points.Filter = ({ data }, seriesIndex) => {
  const values = Array.from(data[seriesIndex] ?? []);
  const isGap = (i: number) => values[i] === null || values[i] === undefined;
  return values.flatMap((_, i) => (!isGap(i) && isGap(i - 1) && isGap(i + 1) ? [i] : []));
};

const lines = ['p50', 'p95', 'p99'] as const;

type Line = (typeof lines)[number];

/** Fewest values for each percentile: with fewer, no value lies beyond it. */
const needed: Readonly<Record<Line, number>> = { p50: 10, p95: 20, p99: 100 };

const fewText = lines.map((line) => `${line} from ${needed[line]}`).join(', ');

const series = (color: (name: string) => string): readonly uPlot.Series[] =>
  lines.map((name) => ({
    label: name,
    stroke: color(name),
    width: name === 'p50' ? 2 : 1.5,
    ...(name === 'p99' && { dash: [5, 3] }),
    points: { show: true, size: 5, fill: color(name), filter: alone },
    spanGaps: false,
  }));

/** Draws the median and a high percentile per bucket, if there are enough values. */
export function Percentiles({ values, name, unit, bucket, scheme, marks, onBrush }: PercentilesProps) {
  const [index, setIndex] = useState<number | null>(null);
  const [hidden, setHidden] = useState<readonly number[]>([]);
  const rows = useMemo(
    () =>
      values.flatMap(({ bucket, of: { value } }) => {
        const enough = (line: Line) => (value.count >= needed[line] ? value[line] : null);
        if (bucket === null) return [];
        const [p50, p95, p99] = [enough('p50'), enough('p95'), enough('p99')];
        return [{ time: Date.parse(bucket) / 1000, count: value.count, p50, p95, p99 }];
      }),
    [values],
  );
  const data = useMemo<uPlot.AlignedData>(
    () => [rows.map(({ time }) => time), ...lines.map((line) => rows.map((row) => row[line]))],
    [rows],
  );
  const last = rows.findLast(({ p50 }) => p50 !== null);
  const shown = (index === null ? undefined : rows[index]) ?? last;
  const seconds = bucket.ms / 1000;
  const timeOf = (time: number) => dayAndClock(time * 1000);
  const label = `${name}, percentiles per ${bucket.name}: the last median is ${measured(last?.p50 ?? null, unit)}, the last p99 ${measured(last?.p99 ?? null, unit)}`;
  const toggle = (i: number) => setHidden((all) => (all.includes(i) ? all.filter((one) => one !== i) : [...all, i]));
  return (
    <>
      <Legend
        title={shown ? timeOf(shown.time) : ''}
        items={[
          ...lines.map((line, i) => ({
            name: line,
            color: line,
            value: measured(shown?.[line] ?? null, unit),
            choice: { isPressed: !hidden.includes(i), toggle: () => toggle(i) },
          })),
          { name: 'values', value: count(shown?.count ?? 0) },
          { name: '▼ incidents', value: count(shown ? countMarks(marks, shown.time, seconds) : 0) },
        ]}
      />
      <Chart {...{ label, data, series, scheme, hidden, marks, onBrush }} step={seconds} onPoint={setIndex} />
      <p class="about">
        Per {bucket.name}, where there are values enough: {fewText}.
      </p>
      <AsTable
        caption={`${name} per ${bucket.name}, as a table`}
        head={['Begin', 'values', ...lines]}
        rows={() =>
          rows.map((row) => [timeOf(row.time), count(row.count), ...lines.map((line) => measured(row[line], unit))])
        }
      />
    </>
  );
}
