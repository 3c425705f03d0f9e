import { isDeepStrictEqual } from 'node:util';
import pg from 'pg';
import type { Check, Crawl, Place } from './check.ts';
import type { Reference, Relation } from './model.ts';

const id = pg.escapeIdentifier;

/** A foreign key from one relation to another. */
type Edge = readonly [from: Relation, reference: Reference];

/**
 * Compares the rows that each row refers to, and those that refer to it, with their number. Only the API knows which
 * field belongs to which foreign key, so all fields between two relations are compared with all foreign keys between
 * them.
 */
export function linkChecks({ model, places }: Crawl, { surface }: Place): readonly Check[] {
  const { relation, list, mark } = surface;
  const edges: readonly Edge[] = model.relations.flatMap((from) =>
    from.references.map((reference) => [from, reference] as const),
  );
  return places.flatMap((other): readonly Check[] => {
    const to = other.surface.relation;
    const forward = edges.filter(([from, reference]) => from === relation && reference.to === to.name);
    const back = edges.filter(([from, reference]) => from === to && reference.to === relation.name);
    const fields = surface.links.filter((link) => link.to === to.name);
    if (fields.length + forward.length + back.length === 0) return [];
    const theirs = other.surface.mark;
    const selected = fields.map(({ field, isList }, i) =>
      isList
        ? `l${i}: ${field}(first: 100) { nodes { ${theirs} } totalCount } a${i}: ${field}Aggregate { count }`
        : `l${i}: ${field} { ${theirs} }`,
    );
    return [
      {
        what: `relation: from ${relation.name} to ${to.name}`,
        question: { field: () => `${list}(first: 100) { nodes { ${mark} ${selected.join(' ')} } }`, variables: {} },
        statement:
          [
            ...forward.map((edge) => pairs(model.schema, edge, false, to)),
            ...back.map((edge) => pairs(model.schema, edge, true, to)),
          ]
            .map((sql, n) => `select ${n} as n, p.* from (${sql}) p`)
            .join(' union all ') || 'select 0 as n, 0 as own, 0 as other where false',
        expected: (rows) => {
          const sets = [...forward, ...back].map((_, n) =>
            rows
              .filter((row) => row['n'] === String(n))
              .map((row) => [Number(row['own']), Number(row['other'])])
              .toSorted(byNumbers),
          );
          return sets.map((set) => JSON.stringify(set)).toSorted();
        },
        found: (answer) => {
          const { nodes } = answer as { nodes: Record<string, unknown>[] };
          return fields
            .map((_, i) => JSON.stringify(nodes.flatMap((node) => linked(node, i, mark, theirs)).toSorted(byNumbers)))
            .toSorted();
        },
      },
    ];
  });
}

const byNumbers = (a: readonly number[], b: readonly number[]) =>
  (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0);

/**
 * Returns the pairs of marks that a field of one row makes; NaN in place of a mark if its counts differ from the number
 * of rows.
 */
function linked(node: Readonly<Record<string, unknown>>, i: number, mark: string, theirs: string): readonly number[][] {
  const found = node[`l${i}`] as {
    nodes?: Record<string, unknown>[];
    totalCount?: number;
    [mark: string]: unknown;
  } | null;
  const count = (node[`a${i}`] as { count: number } | undefined)?.count;
  const rows = found === null ? [] : count === undefined ? [found] : (found.nodes ?? []);
  const counts = count === undefined ? [rows.length, rows.length] : [count, found?.totalCount];
  if (!isDeepStrictEqual(counts, [rows.length, rows.length])) return [[Number.NaN, rows.length]];
  return rows.map((row) => [Number(node[mark]), Number(row[theirs])]);
}

/** Returns the statement for the pairs of marks that a foreign key makes, with the asked side's mark first. */
function pairs(schema: string, [from, { columns, to, targets }]: Edge, isBack: boolean, other: Relation): string {
  const [own, others] = isBack ? ['t', 'f'] : ['f', 't'];
  const ties = columns.map((column, i) => `f.${id(column)} = t.${id(targets[i] ?? '')}`).join(' and ');
  return `select ${own}.${id(from.mark)} as own, ${others}.${id(other.mark)} as other
    from ${schema}.${id(from.name)} f join ${schema}.${id(to)} t on ${ties}`;
}
