import damerauLevenshtein from 'damerau-levenshtein';

/** libpq's own variables that this server does not read, and that are one letter away from one that it does. */
const others = new Set(['PGHOSTADDR', 'PGPASSFILE', 'PGSSLCERT', 'PGSSLKEY', 'PGSSLCRL', 'PGSERVICE', 'PGAPPNAME']);

/** What to say of each name that is a slip away from one that is known. */
export function misspelt(set: Readonly<Record<string, unknown>>, known: readonly string[]): readonly string[] {
  const long = known.filter((name) => name.length > 4);
  return Object.keys(set)
    .filter((name) => !known.includes(name) && !others.has(name) && name.length > 4)
    .flatMap((name) => {
      const other = meant(name, long, 1);
      return other ? [`${name}: unknown; did you mean ${other}?`] : [];
    });
}

/** The nearest name within so many slips: letters added, lost, changed, or swapped with their neighbours. */
export const meant = (name: string, known: readonly string[], slips: number): string | undefined =>
  known
    .filter((other) => Math.abs(other.length - name.length) <= slips)
    .map((other) => ({ other, steps: damerauLevenshtein(name, other).steps }))
    .filter(({ steps }) => steps <= slips)
    .toSorted((a, b) => a.steps - b.steps)[0]?.other;
