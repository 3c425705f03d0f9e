import { aggregateChecks } from './aggregates.ts';
import { calledSurfaces, checkFunctions } from './calls.ts';
import { type Check, type Crawl, check, Disagreement, type Place } from './check.ts';
import { checkConflicts } from './conflicts.ts';
import { note } from './coverage.ts';
import { filterChecks } from './filters.ts';
import { groupChecks } from './groups.ts';
import type { Host } from './host.ts';
import { checkNodes, keyChecks } from './lookups.ts';
import { readRows, rowsStatement } from './oracle.ts';
import { checkPages } from './pages.ts';
import { linkChecks } from './relations.ts';
import { type Surface, servedFunctions, surfacesOf } from './surface.ts';
import { checkWrites } from './writes.ts';
import { checkWritten } from './written.ts';

/** Compares everything that the API says about a schema with the database's own answers. */
export async function crawl(tools: Omit<Crawl, 'places'>): Promise<void> {
  const { schema, host, oracle, model } = tools;
  const surfaces = surfacesOf(schema, model);
  const functions = servedFunctions(schema, model, surfaces);
  const filled = [...surfaces.filter(({ relation }) => !relation.isEmpty), ...calledSurfaces(functions, surfaces)];
  const results = await oracle.ask(filled.map(({ relation }) => rowsStatement(model.schema, relation)));
  const places = filled.map((surface, i) => ({
    surface,
    rows: readRows(results[i] ?? [], surface.relation, surface.labels),
  }));
  const all = { ...tools, places };
  for (const { relation } of surfaces) for (const { type } of relation.columns) note(tools.coverage, 'type', type.what);
  await checkEmpty(host, surfaces);
  await check(all, places.map(valuesCheck));
  await check(
    all,
    places.flatMap((place) => filterChecks(all, place)),
  );
  await check(
    all,
    places.flatMap((place) => keyChecks(all, place)),
  );
  const tables = { ...all, places: places.filter(({ surface }) => !surface.relation.from) };
  await check(
    tables,
    tables.places.flatMap((place) => linkChecks(tables, place)),
  );
  await check(
    all,
    places.flatMap((place) => [...aggregateChecks(all, place), ...groupChecks(all, place)]),
  );
  await checkFunctions(tables, functions);
  await checkNodes(all);
  await checkPages(all);
  await checkWrites(all);
  await checkConflicts(all);
  await checkWritten(all, functions);
}

/**
 * Checks that reading a materialized view that was never filled is an unexpected error, since only its owner can fix
 * it.
 */
async function checkEmpty(host: Host, surfaces: readonly Surface[]): Promise<void> {
  for (const { relation, list } of surfaces.filter(({ relation }) => relation.isEmpty)) {
    const { errors = [] } = await host.ask(`{ ${list} { nodes { __typename } } }`);
    const isSaid =
      errors[0]?.message === 'Unexpected error' && host.faults().at(-1)?.includes('has not been populated');
    if (!isSaid) throw new Disagreement(`${relation.name} was never filled: ${JSON.stringify(errors)}`);
  }
}

/** Compares all values of all rows. */
const valuesCheck = ({ surface, rows }: Place): Check => {
  const { list, fields, mark } = surface;
  return {
    what: `values: of ${surface.relation.name}`,
    question: {
      field: () => `${list}(first: 100) { nodes { ${[...fields.values()].join(' ')} } totalCount }`,
      variables: {},
    },
    expected: () => ({
      nodes: rows.map(({ cells }) =>
        Object.fromEntries([...cells].map(([name, cell]) => [fields.get(name), cell?.shown ?? null])),
      ),
      totalCount: rows.length,
    }),
    found: (answer) => {
      const { nodes, totalCount } = answer as { nodes: Record<string, unknown>[]; totalCount: number };
      return {
        nodes: nodes.map((node) => ({ ...node })).toSorted((a, b) => Number(a[mark]) - Number(b[mark])),
        totalCount,
      };
    },
  };
};
