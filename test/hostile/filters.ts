import { type Check, type Crawl, marksOf, type Place } from './check.ts';
import { type Condition, conditionsOf } from './conditions.ts';
import { note } from './coverage.ts';
import { some } from './dice.ts';
import type { ModelColumn } from './model.ts';
import { expressionsStatement } from './oracle.ts';

/** Number of filters to try per relation. */
const perRelation = 14;

/** Compares filters that use values of rows with the same conditions in SQL. */
export function filterChecks({ model, dice, coverage }: Crawl, { surface, rows }: Place): readonly Check[] {
  const { relation, list, mark, fields } = surface;
  const cellOf = ({ name }: ModelColumn) => {
    const cells = rows.flatMap(({ cells }) => cells.get(name) ?? []);
    return cells.length === 0 ? null : (cells[dice(cells.length)] ?? null);
  };
  const all = relation.columns.flatMap((column) =>
    conditionsOf(column, cellOf(column), cellOf(column)).map((condition): readonly [ModelColumn, Condition] => [
      column,
      condition,
    ]),
  );
  return some(dice, all, perRelation).map(([{ name, type }, { operator, argument, sql }]) => {
    note(coverage, 'operator', `${operator} of ${type.family}`);
    return {
      what: `filter: ${operator} of ${relation.name}.${name}, ${type.what}`,
      question: {
        field: ({ where = '' }) => `${list}(where: ${where}, first: 100) { nodes { ${mark} } totalCount }`,
        variables: { where: [`${surface.type.name}Where`, { [fields.get(name) ?? '']: { [operator]: argument } }] },
      },
      statement: expressionsStatement(model.schema, relation, [sql]),
      expected: (rows) => {
        const marks = rows.filter((row) => row['e0'] === 'true').map((row) => Number(row['mark']));
        return [marks.toSorted((a, b) => a - b), marks.length];
      },
      found: (answer) => {
        const { nodes, totalCount } = answer as { nodes: Record<string, unknown>[]; totalCount: number };
        return [marksOf(nodes, mark), totalCount];
      },
    };
  });
}
