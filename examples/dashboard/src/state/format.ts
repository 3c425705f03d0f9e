const format = (options: Intl.DateTimeFormatOptions) => {
  const { format } = new Intl.DateTimeFormat(undefined, { hourCycle: 'h23', ...options });
  return (time: string | number) => format(new Date(time));
};

/** With the year where it is not this one. */
const formatInItsYear = (options: Intl.DateTimeFormatOptions) => {
  const [short, long] = [format(options), format({ ...options, year: 'numeric' })];
  return (time: string | number) => (new Date(time).getFullYear() === new Date().getFullYear() ? short : long)(time);
};

/** Times as the reader's clock has them. */
export const clock = format({ hour: '2-digit', minute: '2-digit' });
export const clockSeconds = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
export const dayAndClock = formatInItsYear({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
export const dayOf = formatInItsYear({ day: 'numeric', month: 'short' });

/** To the second and with its year. */
export const fullTime = format({ dateStyle: 'medium', timeStyle: 'medium' });

/** A date without a time of day, which is the same in every time zone. */
export const date = format({ dateStyle: 'medium', timeZone: 'UTC' });

/** The time alone where it was today. */
export const moment = (time: string | number): string =>
  new Date(time).toDateString() === new Date().toDateString() ? clockSeconds(time) : dayAndClock(time);

const whole = new Intl.NumberFormat();
const exact = new Intl.NumberFormat(undefined, { maximumFractionDigits: 20 });
/** Never less than the whole number. */
const near = new Intl.NumberFormat(undefined, {
  ...{ maximumSignificantDigits: 4, maximumFractionDigits: 3 },
  roundingPriority: 'morePrecision',
});
const part = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });

export const count = (value: number): string => whole.format(value);
export const share = (value: number): string => part.format(value);

/** A value of the database, a text, with all of its digits; what was calculated with as many as say something. */
export function measured(value: number | string | null, unit: string | null = null): string {
  if (value === null) return '–';
  const text = typeof value === 'string' ? exact.format(value as Intl.StringNumericLiteral) : near.format(value);
  return unit ? `${text}\u00a0${unit}` : text;
}

/** The labels of an axis, with the digits that tell one from the next. */
export function stepped(values: readonly number[], step: number): string[] {
  const digits = Math.max(0, Math.ceil(-Math.log10(step)) + 1);
  const { format } = new Intl.NumberFormat(undefined, { maximumFractionDigits: Math.min(20, digits) });
  return values.map((value) => format(value));
}

/** The time zone of all times on the page, whose midnight long buckets begin at. */
export const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
