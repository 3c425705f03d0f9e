import { distinct, type Measure, type NumberForm } from '../../db/sql/measure.ts';
import { and, ident, or, type Sql, sql } from '../../db/sql/sql.ts';
import { badInput, required } from '../../errors.ts';
import type { Builder, InputObjectRef } from '../builder.ts';
import type { Filters } from '../filters/filters.ts';
import { givenInFilter, nonEmptyPart } from '../given.ts';
import { scalarLeaf } from '../leaves.ts';
import type { ColumnTypes } from './columns.ts';
import { countAll, formOf, type Measured, measuredIn, numberOf } from './measured.ts';
import { changeOf } from './selection.ts';
import { inputName, type Shape, type ShapeColumn } from './shape.ts';

/** A condition on groups, and the measures that it tests. */
export interface Condition {
  readonly sql: Sql;
  readonly measures: readonly Measure[];
}

/** Fields of the input that are not named after a column. */
const ownFields = ['and', 'or', 'not', 'count', 'countChange'];

/** Defines the `having` input of a table. */
export function havingInput(builder: Builder, shape: Shape, filters: Filters, types: ColumnTypes): InputObjectRef {
  const count = filters.leaf(scalarLeaf('SafeInt')).type;
  const columns = [...shape.columns].map(
    ([name, { column, leaf }]) =>
      [inputName(shape, name, ownFields), types.having(leaf), column.deprecationReason] as const,
  );
  const having = builder.inputRef<object>(`${shape.name}Having`);
  return having.implement({
    description: 'Conditions on groups, and on measures of their columns; all must hold.',
    fields: (t) => ({
      and: t.field({ type: [having] }),
      or: t.field({ type: [having] }),
      not: t.field({ type: having }),
      count: t.field({ type: count }),
      ...(shape.times.size > 0 && { countChange: t.field({ type: types.changeHaving }) }),
      ...Object.fromEntries(
        columns.map(([name, type, deprecationReason]) => [name, t.field({ type, deprecationReason })]),
      ),
    }),
  });
}

/** Maximum number of measures in `having`: a statement has at most 1,664 columns. */
const maxMeasures = 500;

/** Reads a `having` argument; throws BAD_USER_INPUT for nulls, empty parts and too many measures. */
export function readHaving(filters: Filters, shape: Shape, having: unknown): Condition {
  const measures: Measure[] = [];
  const columns = new Map([...shape.columns].map(([name, column]) => [inputName(shape, name, ownFields), column]));
  const test = (name: string, { measure, type, leaf }: Measured<Measure>, tests: unknown): Sql => {
    measures.push(measure);
    return filters.leaf(leaf).condition(name, { sql: ident('a', measure.name), type, leaf }, tests);
  };
  const columnTests = (column: ShapeColumn, argument: unknown, form?: NumberForm): Sql =>
    and(
      givenInFilter(argument).map(([field, value]) => {
        const inner = formOf(field);
        if (inner) return columnTests(column, nonEmptyPart(field, value), inner);
        if (field !== 'percentile') return test(field, measuredIn(column, form, field), value);
        const { p, is } = value as { readonly p: number; readonly is: unknown };
        return test('is', measuredIn(column, form, field, p), is);
      }),
    );
  const conditionOf = (argument: unknown): Sql =>
    and(
      givenInFilter(argument).map(([name, value]) => {
        const part = (item: unknown) => conditionOf(nonEmptyPart(name, item));
        if (name === 'and') return and((value as readonly unknown[]).map(part));
        if (name === 'or') return or((value as readonly unknown[]).map(part));
        if (name === 'not') return sql`not (${part(value)})`;
        if (name === 'count') return test(name, countAll, value);
        if (name === 'countChange')
          return and(
            givenInFilter(nonEmptyPart(name, value)).map(([field, tests]) =>
              test(field, numberOf(countAll, changeOf(field)), tests),
            ),
          );
        return columnTests(required(columns, name), nonEmptyPart(name, value));
      }),
    );
  const condition = { sql: conditionOf(having), measures: distinct(measures) };
  const { length } = condition.measures;
  if (length > maxMeasures) throw badInput(`having tests ${length} measures; give at most ${maxMeasures}`);
  return condition;
}
