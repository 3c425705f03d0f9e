import { getArgumentValues, getNamedType } from 'graphql';
import {
  distinct,
  isChange,
  type Measure,
  type NumberForm,
  type Period,
  type RowsMeasure,
} from '../../db/sql/measure.ts';
import { badInput } from '../../errors.ts';
import type { Selection } from '../fieldSource.ts';
import { type SelectedField, selectedFields } from '../selection.ts';
import { countAll, formOf, measuredIn, numberOf, requireBuckets } from './measured.ts';
import { type Shape, type ShapeColumn, shapeColumn } from './shape.ts';

/** The table whose aggregates are selected, and its buckets and periods. */
interface SelectionOptions {
  readonly shape: Shape;
  /** True if rows are in buckets, which have changes from one to the next. */
  readonly isBucketed: boolean;
  /** Returns the earlier period that a field asks for. */
  readonly periodBefore: (shift: string | null) => Period;
}

/**
 * Returns the measures that a document selects in the aggregates of a field; throws BAD_USER_INPUT for wrong arguments.
 */
export function selectedMeasures(
  info: Selection,
  { shape, isBucketed, periodBefore }: SelectionOptions,
): readonly Measure[] {
  const below = ({ field, node }: SelectedField) => selectedFields(info, getNamedType(field.type), [node]);
  const argumentsOf = ({ field, node }: SelectedField) => getArgumentValues(field, node, info.variableValues);

  const ofColumn = (column: ShapeColumn, fields: readonly SelectedField[], form?: NumberForm): readonly RowsMeasure[] =>
    fields.flatMap((of) => {
      const { name } = of.field;
      const { p } = argumentsOf(of);
      const inner = formOf(name);
      if (inner) return ofColumn(column, below(of), inner);
      if (name === 'epochMs') return ofColumn(column, below(of));
      return measuredIn(column, form, name, p).measure;
    });

  const ofRows = (fields: readonly SelectedField[]): readonly Measure[] =>
    fields.flatMap((selected): readonly Measure[] => {
      const { name } = selected.field;
      if (name === 'count') return [countAll.measure];
      if (name === 'countChange')
        return below(selected).map(({ field }) => numberOf(countAll, changeOf(field.name)).measure);
      if (name === 'first' || name === 'last') return [endRow(shape, name, argumentsOf(selected)['by'])];
      if (name === 'of')
        return below(selected).flatMap((column) => ofColumn(shapeColumn(shape, column.field.name), below(column)));
      if (name !== 'previous') return [];
      const period = periodBefore(shiftOf(argumentsOf(selected)));
      return ofRows(below(selected)).map((measure) => before(period, measure));
    });

  const measures = distinct(ofRows(selectedFields(info, getNamedType(info.returnType), info.fieldNodes)));
  requireBuckets(measures, isBucketed);
  return measures;
}

/** Returns the `shift` argument; null if it was left out. */
export const shiftOf = ({ shift }: Readonly<Record<string, unknown>>): string | null =>
  typeof shift === 'string' ? shift : null;

/** Returns the form that a field of a change has. */
export const changeOf = (field: string): NumberForm => (field === 'rate' ? 'rate' : 'difference');

function before(period: Period, measure: Measure): Measure {
  if (measure.kind === 'before' || isChange(measure))
    throw badInput('previous cannot contain changes or another previous; select measures');
  return { kind: 'before', name: `${period.name} ${measure.name}`, of: measure, period };
}

/**
 * Returns the measure that finds the first or last row by a time column; throws BAD_USER_INPUT for any other column.
 */
export function endRow(shape: Shape, end: 'first' | 'last', by: unknown): RowsMeasure {
  const times = [...shape.times.values()];
  const found = times.find(({ column }) => column.name === by);
  if (!found || !shape.key)
    throw badInput(`${end}: by must be a time column: ${times.map(({ value }) => value).join(', ')}`);
  return { kind: 'row', name: `${end} ${found.index}`, end, by: found.column, key: shape.key };
}
