import { useMemo, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import type { ReadingsQuery } from '../gql/graphql';
import { fullTime, measured } from '../state/format';
import type { Between } from '../state/range';
import type { Scheme } from '../state/useScheme';
import { AsTable } from './AsTable';
import { Chart } from './Chart';
import { Legend } from './Legend';
import type { Mark } from './marks';

export interface ReadingsProps {
  /** The newest first. */
  readonly readings: NonNullable<ReadingsQuery['readings']>['nodes'];
  readonly name: string;
  readonly unit: string | null;
  /** Range of the chart, whether or not it has readings. */
  readonly span: Between;
  readonly scheme: Scheme;
  readonly marks: readonly Mark[];
  readonly onBrush: (range: Between) => void;
}

const series = (color: (name: string) => string): readonly uPlot.Series[] => [
  { label: 'value', stroke: color('p50'), width: 0, points: { show: true, size: 5, fill: color('p50') } },
];

/** Draws each value as a point. */
export function Readings({ readings, name, unit, span, scheme, marks, onBrush }: ReadingsProps) {
  const [index, setIndex] = useState<number | null>(null);
  const rows = useMemo(() => readings.toReversed(), [readings]);
  const data = useMemo<uPlot.AlignedData>(
    () => [rows.map(({ occurredAt }) => Date.parse(occurredAt) / 1000), rows.map(({ value }) => Number(value))],
    [rows],
  );
  const shown = (index === null ? undefined : rows[index]) ?? rows.at(-1);
  const value = measured(shown?.value ?? null, unit);
  const label = `${name}, each of ${rows.length} values: the last is ${measured(rows.at(-1)?.value ?? null, unit)}`;
  return (
    <>
      <Legend
        title={shown ? fullTime(shown.occurredAt) : ''}
        items={[
          { name: shown?.device?.serial ?? name, color: 'p50', value },
          { name: 'values', value: String(rows.length) },
          { name: '▼ incidents', value: String(marks.length) },
        ]}
      />
      <Chart
        {...{ label, data, series, scheme, marks, onBrush }}
        span={[span.from / 1000, span.to / 1000]}
        step={0}
        onPoint={setIndex}
      />
      <AsTable
        caption={`${name}, as a table`}
        head={['Time', 'device', 'value']}
        rows={() =>
          readings.map(({ occurredAt, device, value }) => [
            fullTime(occurredAt),
            device?.serial ?? '–',
            measured(value, unit),
          ])
        }
      />
    </>
  );
}
