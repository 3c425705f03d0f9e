import { textScalar } from './scalar.ts';

/** Matches the parts of a duration, each a number followed by its letter. */
const parts = (letters: string) => [...letters].map((letter) => String.raw`([+-]?\d+(\.\d+)?${letter})?`).join('');

export const durationForm = textScalar(
  'Duration',
  new RegExp(`^(P(?=.)${parts('YMWD')}(T(?=.)${parts('HMS')})?|-?infinity)$`),
  'A duration in ISO 8601. Arguments may also use a short form with the units w, d, h, m and s, such as "1d12h" or "15m".',
  '"P1DT2H30M"',
);

const shortDuration = /^(?=\d)(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+(?:\.\d+)?s)?$/;

/** Converts a short duration such as 1d12h to ISO 8601; returns anything else unchanged. */
export function inIso(value: unknown): unknown {
  const found = typeof value === 'string' && shortDuration.exec(value);
  if (!found) return value;
  const [weeks = '', days = '', ...clock] = found.slice(1);
  const time = clock.join('');
  return `P${weeks}${days}${time && `T${time}`}`.toUpperCase();
}
