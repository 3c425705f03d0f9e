import type { Subject, Watched } from './hub.ts';

export interface TailStats {
  readonly table: string;
  readonly streams: number;
  /** Time for which a writer has delayed the streams, in milliseconds; 0 if none does. */
  readonly delayMs: number;
  readonly pid: number | null;
}

/** Combines the statistics by table: callers with different watches wait for the same writers. */
export function statsOf(watches: Iterable<Watched>, streams: Iterable<Subject>): readonly TailStats[] {
  const all = new Map<string, TailStats>();
  for (const { watch, subject } of watches) {
    if (!watch.isListenedTo) continue;
    const { name } = subject.table;
    const delay = watch.delay();
    const known = all.get(name);
    if (known && known.delayMs >= (delay?.ms ?? 0)) continue;
    all.set(name, { table: name, streams: 0, delayMs: delay?.ms ?? 0, pid: delay?.pid ?? null });
  }
  for (const { table } of streams) {
    const found = all.get(table.name);
    if (found) all.set(table.name, { ...found, streams: found.streams + 1 });
  }
  return [...all.values()];
}
