import damerauLevenshtein from 'damerau-levenshtein';

/** Returns a message for each variable whose name is one slip away from a known one. */
export function misspelt(set: Readonly<Record<string, unknown>>, known: readonly string[]): readonly string[] {
  const long = known.filter((name) => name.length > 4);
  return Object.keys(set)
    .filter((name) => !known.includes(name) && name.length > 4)
    .flatMap((name) => {
      const other = nearestName(name, long, 1);
      return other ? [`${name}: unknown; did you mean ${other}?`] : [];
    });
}

/** Finds the nearest name within a number of slips: letters added, lost, changed, or swapped with their neighbours. */
export const nearestName = (name: string, known: readonly string[], slips: number): string | undefined =>
  known
    .filter((other) => Math.abs(other.length - name.length) <= slips)
    .map((other) => ({ other, steps: damerauLevenshtein(name, other).steps }))
    .filter(({ steps }) => steps <= slips)
    .toSorted((a, b) => a.steps - b.steps)[0]?.other;
