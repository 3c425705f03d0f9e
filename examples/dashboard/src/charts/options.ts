import type uPlot from 'uplot';
import { stepped } from '../state/format';
import type { Between } from '../state/range';
import { drawMarks, type Mark } from './marks';
import { font, widthOf } from './text';
import { timeAxis, widestDay } from './timeAxis';

/** Values that a chart reads and reports while it is drawn. */
export interface Calls {
  /** First and last time, in seconds; the range of the data by default. */
  readonly span?: readonly [from: number, to: number] | undefined;
  /** Width of a bucket in seconds, because the last one has a width too; absent for points. */
  readonly step: number;
  readonly marks: readonly Mark[];
  readonly onBrush: (range: Between) => void;
  /** Index of the bucket under the pointer, or of the nearest point; null if the pointer is elsewhere. */
  readonly onPoint: (index: number | null) => void;
}

export interface Look {
  readonly width: number;
  readonly height: number;
  readonly color: (name: string) => string;
  readonly series: readonly uPlot.Series[];
  /** True if the values are counts: whole numbers from zero. */
  readonly isCount: boolean;
}

/** Shortest stroke that selects a range, in pixels; shorter ones are clicks. */
const shortestBrush = 6;

/** Makes the options of a chart over time; `calls` is read each time, so that it is current. */
export const optionsOf = ({ width, height, color, series, isCount }: Look, calls: () => Calls): uPlot.Options => ({
  width,
  height,
  padding: [8, widestDay / 2, 0, 0],
  legend: { show: false },
  cursor: { drag: { x: true, y: false, setScale: false, dist: shortestBrush }, points: { show: false } },
  scales: {
    x: { range: (_, min, max) => [...(calls().span ?? [min, max + calls().step])] },
    y: { range: (_, min, max) => yRange(min, max, isCount) },
  },
  series: [{}, ...series],
  axes: axes(color, isCount),
  hooks: {
    setSelect: [
      (plot) => {
        const { left, width } = plot.select;
        if (width < shortestBrush) return;
        const at = (px: number) => plot.posToVal(px, 'x') * 1000;
        calls().onBrush({ from: at(left), to: at(left + width) });
        plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
      },
    ],
    setCursor: [(plot) => calls().onPoint(calls().step > 0 ? bucketAt(plot) : nearest(plot))],
    draw: [(plot) => drawMarks(plot, calls().marks, color)],
  },
});

/** Finds the bucket that contains a time; the nearest start may be that of the next bucket. */
function bucketAt({ cursor: { left = -1, idx }, data: [times], posToVal }: uPlot): number | null {
  if (left < 0 || idx === null || idx === undefined) return null;
  return (times[idx] ?? 0) > posToVal(left, 'x') ? Math.max(0, idx - 1) : idx;
}

const nearest = ({ cursor: { left = -1, idx } }: uPlot): number | null => (left < 0 ? null : (idx ?? null));

/** Returns the range of the y axis; for values far from zero, only the range that they span. */
function yRange(min: number | null, max: number | null, isCount: boolean): [number, number] {
  if (min === null || max === null) return [0, 1];
  if (isCount || (min >= 0 && min < max / 2)) return [0, Math.max(1, max * 1.05)];
  const room = (max - min) * 0.08 || Math.abs(max) * 0.01 || 1;
  return [min - room, max + room];
}

/** Distances between the grid lines of a chart of counts. */
const wholeSteps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 1_000_000, 1e7, 1e8,
];

function axes(color: Look['color'], isCount: boolean): uPlot.Axis[] {
  const shared: uPlot.Axis = {
    stroke: color('muted'),
    font,
    ticks: { show: false },
    grid: { stroke: color('grid'), width: 1 },
  };
  return [
    { ...shared, grid: { show: false }, size: 26, space: widestDay + 8, values: timeAxis },
    {
      ...shared,
      size: (_, labels) => Math.max(40, ...(labels ?? []).map((label) => widthOf(label) + 12)),
      space: 36,
      values: (_plot, splits, _axis, _space, step) => stepped(splits, step),
      ...(isCount && { incrs: wholeSteps }),
    },
  ];
}
