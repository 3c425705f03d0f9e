import { outcomeOf } from '../support/outcome.ts';
import { type Result, repeat, type Target } from './attack.ts';

/** Writes single rows until the signal aborts. Each confirmed row must exist once, and no other row twice. */
export async function writeMarks({ ask, database }: Target, signal: AbortSignal): Promise<Result> {
  const batch = crypto.randomUUID();
  const confirmed: number[] = [];
  const result = await repeat(signal, 4, async (n) => {
    const { isWhole } = await outcomeOf(
      ask(`mutation { createMark(input: { batch: "${batch}", n: ${n} }) { mark { n } } }`),
    );
    if (isWhole) confirmed.push(n);
    return isWhole;
  });
  const rows = await database.admin<{ n: number }>('select n from events.mark where batch = $1', [batch]);
  const there = new Set(rows.map(({ n }) => n));
  const lost = confirmed.filter((n) => !there.has(n));
  return { ...result, wrong: lost.length > 0 ? [`${lost.length} confirmed rows were lost`] : [] };
}
