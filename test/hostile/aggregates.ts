import type { Check, Crawl, Place } from './check.ts';
import { plainOf } from './conditions.ts';
import { note } from './coverage.ts';
import type { ModelColumn } from './model.ts';
import { aggregatesStatement, expressionsStatement } from './oracle.ts';

/** A measure of a column: its name in the API, its SQL, and how the API shows the text. */
type Measure = readonly [name: string, sql: string, read: (text: string | null) => unknown];

const number = (text: string | null) => (text === null ? null : Number(text));
const truth = (text: string | null) => (text === null ? null : text === 'true');
const same = (text: string | null) => text;

/** Returns the measures of a column that plain SQL computes to the last digit. */
function measuresOf(column: ModelColumn): readonly Measure[] {
  const c = plainOf(column);
  const { scalar, family, isList, ordered, form } = column.type;
  const different = ordered || form !== '' ? c : `${c}::text`;
  const counts: readonly Measure[] = [
    ['count', `count(${c})`, number],
    ['countDistinct', `count(distinct ${different})`, number],
  ];
  if (isList || typeof scalar !== 'string' || family === 'json') return counts;
  if (scalar === 'Boolean') return [...counts, ['every', `bool_and(${c})`, truth], ['some', `bool_or(${c})`, truth]];
  if (scalar === 'Int' || scalar === 'BigInt' || scalar === 'Decimal') return [...counts, ['sum', `sum(${c})`, same]];
  return counts;
}

/** Checks all measures of all columns. */
export function aggregateChecks(crawl: Crawl, place: Place): readonly Check[] {
  const { relation, list, fields } = place.surface;
  const measures = relation.columns.map((column) => [column, measuresOf(column)] as const);
  for (const [{ type }, list] of measures)
    for (const [name] of list) note(crawl.coverage, 'measure', `${name} of ${type.family}`);
  const selected = measures.map(
    ([{ name }, list], i) => `c${i}: ${fields.get(name)} { ${list.map(([name]) => name).join(' ')} }`,
  );
  const expressions = ['count(*)', ...measures.flatMap(([, list]) => list.map(([, sql]) => sql))];
  return [
    {
      what: `aggregate: of ${relation.name}`,
      question: { field: () => `${list}Aggregate { count of { ${selected.join(' ')} } }`, variables: {} },
      statement: aggregatesStatement(crawl.model.schema, relation, expressions),
      expected: ([row]) => {
        let next = 1;
        const own = measures.map(([, list]) =>
          Object.fromEntries(list.map(([name, , read]) => [name, read(row?.[`e${next++}`] ?? null)])),
        );
        return [Number(row?.['e0']), own];
      },
      found: (answer) => {
        const { count, of } = answer as { count: number; of: Readonly<Record<string, object>> };
        return [count, measures.map((_, i) => ({ ...of[`c${i}`] }))];
      },
    },
    ...extremeChecks(crawl, place),
  ];
}

/** Checks that the smallest and the largest value of a column are among those that sort first and last. */
function extremeChecks({ model, coverage }: Crawl, { surface, rows }: Place): readonly Check[] {
  const { relation, list, fields } = surface;
  const columns = relation.columns.filter(({ type }) => type.ordered && !type.isList && hasExtremes(type.scalar));
  for (const { type } of columns) note(coverage, 'measure', `min, max of ${type.family}`);
  if (columns.length === 0) return [];
  const ranks = columns.map((column) => `dense_rank() over (order by ${plainOf(column)} nulls first)`);
  return [
    {
      what: `extremes: of ${relation.name}`,
      question: {
        field: () =>
          `${list}Aggregate { of { ${columns.map(({ name }, i) => `c${i}: ${fields.get(name)} { min max }`).join(' ')} } }`,
        variables: {},
      },
      statement: expressionsStatement(model.schema, relation, ranks),
      expected: () => [],
      found: (answer, ranked) =>
        columns.flatMap(({ name }, i) => {
          const { min, max } =
            (answer as { of: Readonly<Record<string, { min: unknown; max: unknown }>> }).of[`c${i}`] ?? {};
          const values = rows.flatMap(({ mark, cells }) => {
            const rank = Number(ranked.find((row) => Number(row['mark']) === mark)?.[`e${i}`]);
            const cell = cells.get(name);
            return cell ? [{ rank, shown: cell.shown }] : [];
          });
          const at = (rank: number) => values.filter((value) => value.rank === rank).map(({ shown }) => shown);
          const all = values.map(({ rank }) => rank);
          if (all.length === 0) return min === null && max === null ? [] : [name, min, max];
          const isFound = at(Math.min(...all)).includes(min) && at(Math.max(...all)).includes(max);
          return isFound ? [] : [name, min, max];
        }),
    },
  ];
}

const hasExtremes = (scalar: ModelColumn['type']['scalar']) =>
  typeof scalar !== 'string' || !['Boolean', 'UUID', 'JSON', 'GeoJSON', 'Byte'].includes(scalar);
