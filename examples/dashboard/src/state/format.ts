const format = (options: Intl.DateTimeFormatOptions) => {
  const { format } = new Intl.DateTimeFormat(undefined, { hourCycle: 'h23', ...options });
  return (time: string | number) => format(new Date(time));
};

/** Times as the reader's clock has them. */
export const clock = format({ hour: '2-digit', minute: '2-digit' });
export const clockSeconds = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
export const dayAndClock = format({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
export const dayOf = format({ day: 'numeric', month: 'short' });

/** The time alone where it was today. */
export const moment = (time: string): string =>
  new Date(time).toDateString() === new Date().toDateString() ? clockSeconds(time) : dayAndClock(time);

const whole = new Intl.NumberFormat();
const short = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 4 });
const part = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });

export const count = (value: number): string => whole.format(value);
export const measured = (value: number | string | null, unit: string | null = null): string =>
  value === null ? '–' : `${short.format(Number(value))}${unit ? `\u00a0${unit}` : ''}`;
export const share = (value: number): string => part.format(value);

/** The time zone whose midnight long buckets begin at. */
export const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
