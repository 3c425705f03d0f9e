const format = (options: Intl.DateTimeFormatOptions) => {
  const { format } = new Intl.DateTimeFormat(undefined, { hourCycle: 'h23', ...options });
  return (time: string | number) => format(new Date(time));
};

/** Returns a formatter that adds the year, unless it is the current one. */
const formatInItsYear = (options: Intl.DateTimeFormatOptions) => {
  const [short, long] = [format(options), format({ ...options, year: 'numeric' })];
  return (time: string | number) => (new Date(time).getFullYear() === new Date().getFullYear() ? short : long)(time);
};

/** Formats times in the reader's time zone. */
export const clock = format({ hour: '2-digit', minute: '2-digit' });
export const clockSeconds = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
export const dayAndClock = formatInItsYear({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
export const dayOf = formatInItsYear({ day: 'numeric', month: 'short' });

/** Formats a time to the second and with its year. */
export const fullTime = format({ dateStyle: 'medium', timeStyle: 'medium' });

/** Formats a date without a time of day, which is the same in every time zone. */
export const date = format({ dateStyle: 'medium', timeZone: 'UTC' });

/** Shows only the time if it was today. */
export const moment = (time: string | number): string =>
  new Date(time).toDateString() === new Date().toDateString() ? clockSeconds(time) : dayAndClock(time);

const whole = new Intl.NumberFormat();
const exact = new Intl.NumberFormat(undefined, { maximumFractionDigits: 20 });
/** Keeps all digits of the whole number. */
const near = new Intl.NumberFormat(undefined, {
  ...{ maximumSignificantDigits: 4, maximumFractionDigits: 3 },
  roundingPriority: 'morePrecision',
});
const part = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });

export const count = (value: number): string => whole.format(value);
export const share = (value: number): string => part.format(value);

/** Formats a value: one from the database, a text, with all its digits; a computed one with the significant ones. */
export function measured(value: number | string | null, unit: string | null = null): string {
  if (value === null) return '–';
  const text = typeof value === 'string' ? exact.format(value as Intl.StringNumericLiteral) : near.format(value);
  return unit ? `${text}\u00a0${unit}` : text;
}

/** Formats the labels of an axis with enough digits to distinguish them. */
export function stepped(values: readonly number[], step: number): string[] {
  const digits = Math.max(0, Math.ceil(-Math.log10(step)) + 1);
  const { format } = new Intl.NumberFormat(undefined, { maximumFractionDigits: Math.min(20, digits) });
  return values.map((value) => format(value));
}

/** The time zone of all times on the page, at whose midnight long buckets begin. */
export const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
