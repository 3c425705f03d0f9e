import { type Check, type Crawl, Disagreement, dataOf, type Place } from './check.ts';
import { note } from './coverage.ts';
import { some } from './dice.ts';
import type { OracleRow } from './oracle.ts';

/** Number of rows to look up by each key. */
const perKey = 3;

/** Looks up rows by each of their keys. */
export const keyChecks = ({ dice }: Crawl, place: Place): readonly Check[] => {
  const { surface, rows } = place;
  const found = surface.lookups.flatMap((lookup) =>
    some(dice, rows, perKey).flatMap((row): readonly Check[] => {
      const values = lookup.arguments.map(([, , column]) => row.cells.get(column)?.shown);
      if (
        values.some((value) => value === null || value === undefined || (Array.isArray(value) && value.includes(null)))
      )
        return [];
      return [
        {
          what: `lookup: of ${surface.relation.name} by ${lookup.field}`,
          question: {
            field: (variables) =>
              `${lookup.field}(${lookup.arguments.map(([name], i) => `${name}: ${variables[`k${i}`]}`).join(', ')}) { ${surface.mark} }`,
            variables: Object.fromEntries(lookup.arguments.map(([, type], i) => [`k${i}`, [type, values[i]] as const])),
          },
          ...expecting(place, row),
        },
      ];
    }),
  );
  return found;
};

const expecting = ({ surface: { mark } }: Place, row: OracleRow): Pick<Check, 'expected' | 'found'> => ({
  expected: () => row.mark,
  found: (answer) => (answer as Readonly<Record<string, unknown>> | null)?.[mark],
});

/** Looks up all rows of each relation by their global ids, in one request. */
export async function checkNodes({ host, places, coverage }: Crawl): Promise<void> {
  for (const { surface, rows } of places.filter(({ surface }) => surface.relation.hasPrimary)) {
    const list = `{ list: ${surface.list}(first: 100) { nodes { id ${surface.mark} } } }`;
    const { list: page } = dataOf(host, await host.ask(list), list, {});
    const known = (page as { nodes: readonly Readonly<Record<string, unknown>>[] }).nodes;
    const document = `query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on ${surface.type.name} { ${surface.mark} } } }`;
    const ids = known.map(({ id }) => id);
    const { nodes } = dataOf(host, await host.ask(document, { ids }), document, { ids });
    note(coverage, 'check', 'node');
    if (JSON.stringify(nodes) === JSON.stringify(known) && new Set(ids).size === rows.length) continue;
    throw new Disagreement(
      `${document}\n${JSON.stringify({ ids })}\nanswers ${JSON.stringify(nodes)}, not ${JSON.stringify(known)}`,
    );
  }
}
