import type uPlot from 'uplot';
import type { IncidentsQuery } from '../gql/graphql';
import { nameOf } from '../state/severities';

/** An event that a chart marks with a line. */
export interface Mark {
  /** The time in seconds since 1970. */
  readonly time: number;
  /** The name of its colour. */
  readonly color: string;
}

type Incidents = NonNullable<IncidentsQuery['marked']>['nodes'];

/** Makes a mark for the beginning of each incident. */
export const marksOf = (incidents: Incidents): readonly Mark[] =>
  incidents.map(({ openedAt, severity }) => ({ time: Date.parse(openedAt) / 1000, color: nameOf(severity) }));

/** Counts the marks from a time on, for a duration. */
export const countMarks = (
  marks: readonly Mark[],
  from = Number.NEGATIVE_INFINITY,
  seconds = Number.POSITIVE_INFINITY,
) => marks.filter(({ time }) => time >= from && time - from < seconds).length;

/** Draws each mark as a dashed line with a triangle at the top; of marks that would overlap, only one. */
export function drawMarks(plot: uPlot, marks: readonly Mark[], color: (name: string) => string): void {
  const { ctx, bbox } = plot;
  const size = 5 * devicePixelRatio;
  ctx.save();
  ctx.setLineDash([size / 2, size / 2]);
  let drawn = Number.POSITIVE_INFINITY;
  for (const mark of marks) {
    const x = Math.round(plot.valToPos(mark.time, 'x', true));
    if (x < bbox.left || x > bbox.left + bbox.width || Math.abs(drawn - x) < 2 * size) continue;
    drawn = x;
    ctx.strokeStyle = color(mark.color);
    ctx.fillStyle = ctx.strokeStyle;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.beginPath();
    ctx.moveTo(x - size, bbox.top);
    ctx.lineTo(x + size, bbox.top);
    ctx.lineTo(x, bbox.top + 1.5 * size);
    ctx.fill();
  }
  ctx.restore();
}
