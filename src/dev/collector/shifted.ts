/** Shifts a time by milliseconds and keeps all its digits: PostgreSQL has three more than a Date. */
export function shifted(time: string, ms: number): string {
  const [, fraction = '0'] = /\.(\d+)/.exec(time) ?? [];
  const second = new Date(Date.parse(time.replace(/\.\d+/, '')) + ms).toISOString();
  return second.replace(/\.\d+/, `.${fraction}`);
}
