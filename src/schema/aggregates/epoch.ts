const time = /^(\d{4,})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(\.\d+)?)?(?:\+00)?( BC)?$/;

/**
 * Converts PostgreSQL's text of a time to milliseconds since 1970. Returns infinite times, and those beyond the range
 * of `Date`, unchanged; `Float` then refuses them.
 */
export function epochMs(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  const [year, month = 1, day = 1, hour = 0, minute = 0, second = 0, fraction = 0] = (time.exec(text) ?? [])
    .slice(1, 8)
    .map((part) => Number(part ?? 0));
  if (year === undefined) return text;
  const date = new Date(0);
  date.setUTCFullYear(text.endsWith(' BC') ? 1 - year : year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const whole = date.getTime();
  return Number.isNaN(whole) ? text : String(whole + Math.round(fraction * 1e6) / 1000);
}
