import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import './charts.css';
import type { Between } from '../state/range';
import type { Scheme } from '../state/useScheme';
import { colorOf } from './colors';
import { timeAxis } from './timeAxis';

export interface ChartProps {
  /** What it shows, in one sentence. */
  readonly label: string;
  /** Times in seconds, then the values of each series. */
  readonly data: uPlot.AlignedData;
  /** Given the colours of the page; is taken anew when `scheme` changes. */
  readonly series: (color: (name: string) => string) => readonly uPlot.Series[];
  readonly scheme: Scheme;
  /** Whether the values are whole numbers. */
  readonly isCount?: boolean;
  /** Of one bucket, in seconds: the last one has a width too. */
  readonly step: number;
  readonly onBrush: (range: Between) => void;
  /** The index that the pointer is at; null when it is elsewhere. */
  readonly onPoint: (index: number | null) => void;
}

const height = 240;
/** Pixels: shorter strokes are clicks. */
const shortestBrush = 6;

/** A chart over time, of which a stroke with the pointer chooses a part. */
export function Chart({ label, data, series, scheme, isCount = false, step, onBrush, onPoint }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  // What the plot calls is the latest, though the plot was made before.
  const calls = useRef({ onBrush, onPoint, step });
  calls.current = { onBrush, onPoint, step };

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const color = (name: string) => colorOf(name, element);
    const made = new uPlot(
      {
        width: element.clientWidth,
        height,
        padding: [8, 16, 0, 0],
        legend: { show: false },
        cursor: { drag: { x: true, y: false, setScale: false, dist: shortestBrush }, points: { show: false } },
        scales: {
          x: { range: (_, min, max) => [min, max + calls.current.step] },
          y: { range: (_, min, max) => yRange(min, max) },
        },
        series: [{}, ...series(color)],
        axes: axes(color, isCount),
        hooks: {
          setSelect: [
            (u) => {
              if (u.select.width < shortestBrush) return;
              const at = (px: number) => u.posToVal(px, 'x') * 1000;
              calls.current.onBrush({ from: at(u.select.left), to: at(u.select.left + u.select.width) });
              u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            },
          ],
          setCursor: [(u) => calls.current.onPoint(bucketAt(u))],
        },
      },
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

  useEffect(() => plot.current?.setData(data), [data]);

  return <div class="chart" ref={box} role="img" aria-label={label} />;
}

/** The bucket that the pointer is in: not the nearest beginning, which may be that of the next. */
function bucketAt({ cursor: { left = -1, idx }, data: [times], posToVal }: uPlot): number | null {
  if (left < 0 || idx === null || idx === undefined) return null;
  return (times[idx] ?? 0) > posToVal(left, 'x') ? Math.max(0, idx - 1) : idx;
}

/** From nothing for counts; for values that are far from nothing only what they span. */
function yRange(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1];
  if (min >= 0 && min < max / 2) return [0, Math.max(1, max * 1.05)];
  const room = (max - min) * 0.08 || Math.abs(max) * 0.01 || 1;
  return [min - room, max + room];
}

/** Gaps between the lines of a chart of counts. */
const wholeSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 1_000_000];

function axes(color: (name: string) => string, isCount: boolean): uPlot.Axis[] {
  const shared: uPlot.Axis = {
    stroke: color('muted'),
    font: '11px system-ui, sans-serif',
    ticks: { show: false },
    grid: { stroke: color('grid'), width: 1 },
  };
  return [
    { ...shared, grid: { show: false }, size: 26, space: 64, values: timeAxis },
    { ...shared, size: 48, space: 36, ...(isCount && { incrs: wholeSteps }) },
  ];
}
