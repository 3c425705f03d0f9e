import damerauLevenshtein from 'damerau-levenshtein';

/** libpq's own variables that this server does not read, and that are one letter away from one that it does. */
const others = new Set(['PGHOSTADDR', 'PGPASSFILE', 'PGSSLCERT', 'PGSSLKEY', 'PGSSLCRL', 'PGSERVICE', 'PGAPPNAME']);

/** What to say of each name that is a slip away from one that is known. */
export function misspelt(set: Readonly<Record<string, unknown>>, known: readonly string[]): readonly string[] {
  return Object.keys(set)
    .filter((name) => !known.includes(name) && !others.has(name) && name.length > 4)
    .flatMap((name) => {
      const meant = known.find((candidate) => candidate.length > 4 && oneSlip(name, candidate));
      return meant ? [`${name}: unknown; did you mean ${meant}?`] : [];
    });
}

/** Whether one letter was added, lost, changed or swapped with its neighbour. */
const oneSlip = (a: string, b: string): boolean =>
  Math.abs(a.length - b.length) <= 1 && damerauLevenshtein(a, b).steps === 1;
