import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import './charts.css';
import type { Scheme } from '../state/useScheme';
import { colorOf } from './colors';
import { type Calls, type Look, optionsOf } from './options';

export interface ChartProps extends Calls {
  /** Describes the chart in one sentence. */
  readonly label: string;
  /** Times in seconds, then the values of each series. */
  readonly data: uPlot.AlignedData;
  /** Makes the options from the page's colours; called again when `scheme` changes. */
  readonly series: (color: Look['color']) => Look['series'];
  readonly scheme: Scheme;
  readonly isCount?: boolean;
  /** Indices of hidden series. */
  readonly hidden?: readonly number[];
}

const none: readonly number[] = [];

const height = 240;

/** A chart over time; dragging across it selects a range. */
export function Chart({ label, data, series, scheme, isCount = false, hidden = none, ...given }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  // The plot outlives these properties.
  const calls = useRef<Calls>(given);
  calls.current = given;

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const color = (name: string) => colorOf(name, element);
    const look = { width: element.clientWidth, height, color, series: series(color), isCount };
    const made = new uPlot(
      optionsOf(look, () => calls.current),
      data,
      element,
    );
    plot.current = made;
    const resize = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      made.destroy();
    };
  }, [series, scheme, isCount]);

  const { marks } = given;
  useEffect(() => plot.current?.setData(data), [data]);
  useEffect(() => plot.current?.redraw(false), [marks]);
  useEffect(() => {
    for (let i = 0; i < data.length - 1; i++) plot.current?.setSeries(i + 1, { show: !hidden.includes(i) });
  }, [hidden, data, scheme]);

  return <div class="chart" ref={box} role="img" aria-label={label} />;
}
