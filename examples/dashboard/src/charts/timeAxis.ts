import type uPlot from 'uplot';
import { clock, clockSeconds, dayOf } from '../state/format';
import { widthOf } from './text';

const day = 86_400;

/** Of the labels: a day with its year. */
export const widestDay = widthOf(dayOf(Date.UTC(2000, 11, 28)));

/** Days at their midnight and where there is nothing but midnights, times of the day elsewhere. */
export function timeAxis(_plot: uPlot, splits: number[]): string[] {
  const gap = (splits[1] ?? 0) - (splits[0] ?? 0);
  return splits.map((seconds) => {
    const time = seconds * 1000;
    if (gap < 60) return clockSeconds(time);
    const isMidnight = clock(time) === '00:00';
    return gap >= day || isMidnight ? dayOf(time) : clock(time);
  });
}
