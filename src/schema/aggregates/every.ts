import type { Every } from '../../db/sql/bucket.ts';
import { badInput } from '../../errors.ts';

const form = /^P(?:(.+)Y)?(?:(.+)M)?(?:(.+)W)?(?:(.+)D)?(?:T(?:(.+)H)?(?:(.+)M)?(?:(.+)S)?)?$/;
const number = String.raw`([+-]?\d+(?:\.\d+)?)`;
const duration = new RegExp(form.source.replaceAll('(.+)', number));

const howTo = 'write days or longer in a single unit (P1D, P1W, P3M, P1Y), or hours or shorter (PT1H, PT5M, PT0.5S)';

/**
 * Reads the length of a bucket. Throws BAD_USER_INPUT unless it is a positive whole number of one calendar unit, or a
 * positive time in hours, minutes and seconds.
 */
export function readEvery(text: string): Every {
  const found = duration.exec(text);
  const wrong = (why: string) => badInput(`every: "${text}" ${why}; ${howTo}`);
  if (!found) throw wrong('is not a duration');
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found
    .slice(1)
    .map((part) => Number(part ?? 0));
  const dates = [years, months, weeks, days].filter((part) => part !== 0);
  const time = hours * 3600 + minutes * 60 + seconds;
  const isTimed = [hours, minutes, seconds].some((part) => part !== 0);
  if (dates.length > 1 || (dates.length === 1 && isTimed)) throw wrong('mixes units');
  if (dates.length === 0) {
    if (!(time > 0)) throw wrong('is not positive');
    return { unit: 'time', length: text };
  }
  if (!dates.every((part) => part > 0)) throw wrong('is not positive');
  if (!dates.every((part) => Number.isInteger(part) && part < 100_000))
    throw wrong('is not a whole number below 100,000');
  if (years + months > 0) return { unit: 'months', count: years * 12 + months };
  return weeks > 0 ? { unit: 'weeks', count: weeks } : { unit: 'days', count: days };
}
