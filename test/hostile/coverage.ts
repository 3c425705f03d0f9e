/** Counts the occurrences of each thing, by group. */
export type Coverage = Map<string, Map<string, number>>;

export function note(coverage: Coverage, group: string, thing: string): void {
  const counts = coverage.get(group) ?? new Map<string, number>();
  counts.set(thing, (counts.get(thing) ?? 0) + 1);
  coverage.set(group, counts);
}

/** Things that must occur, and how often in a hundred schemas. */
export interface Floor {
  readonly group: string;
  readonly things: readonly string[];
  readonly atLeast: number;
}

/** Returns a bound below which a count is no coincidence: three standard deviations of a Poisson distribution. */
const least = (expected: number): number =>
  Math.max(Math.floor(expected - 3 * Math.sqrt(expected)), expected < 10 ? 0 : 1);

/** Returns what occurred too rarely in this many random schemas. */
export const missing = (coverage: Coverage, floors: readonly Floor[], schemas: number): readonly string[] =>
  floors.flatMap(({ group, things, atLeast }) =>
    things.flatMap((thing) => {
      const wanted = least((atLeast * schemas) / 100);
      const count = coverage.get(group)?.get(thing) ?? 0;
      return count < wanted ? [`${group}: ${thing} came ${count} times, not ${wanted}`] : [];
    }),
  );

/** Writes a line for each thing, by group. */
export const table = (coverage: Coverage): string =>
  [...coverage]
    .map(([group, counts]) => {
      const lines = [...counts]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([thing, count]) => `${String(count).padStart(8)}  ${thing}`);
      return `${group}\n${lines.join('\n')}`;
    })
    .join('\n');
