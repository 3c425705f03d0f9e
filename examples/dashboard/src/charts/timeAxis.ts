import type uPlot from 'uplot';
import { clock, clockSeconds, dayOf } from '../state/format';
import { widthOf } from './text';

const day = 86_400;

/** Width of a label, which may be a day with its year. */
export const widestDay = widthOf(dayOf(Date.UTC(2000, 11, 28)));

/** Labels midnights with their day, and other times with the time of day; if all are midnights, all with their day. */
export function timeAxis(_plot: uPlot, splits: number[]): string[] {
  const gap = (splits[1] ?? 0) - (splits[0] ?? 0);
  return splits.map((seconds) => {
    const time = seconds * 1000;
    if (gap < 60) return clockSeconds(time);
    const isMidnight = clock(time) === '00:00';
    return gap >= day || isMidnight ? dayOf(time) : clock(time);
  });
}
