import { getArgumentValues, getNamedType } from 'graphql';
import { distinct, type Measure } from '../../db/sql/measure.ts';
import { badInput } from '../../errors.ts';
import type { Selection } from '../fieldSource.ts';
import { type SelectedField, selectedFields } from '../selection.ts';
import { countAll, measured } from './columns.ts';
import { type Shape, shapeColumn } from './shape.ts';

/** The measures that a document asks of the aggregates which a field returns; throws BAD_USER_INPUT for wrong arguments. */
export function selectedMeasures(info: Selection, shape: Shape): readonly Measure[] {
  const below = ({ field, node }: SelectedField) => selectedFields(info, getNamedType(field.type), [node]);
  const argumentsOf = ({ field, node }: SelectedField) => getArgumentValues(field, node, info.variableValues);
  const fields = selectedFields(info, getNamedType(info.returnType), info.fieldNodes);
  const measures = fields.flatMap((selected): readonly Measure[] => {
    const { name } = selected.field;
    if (name === 'count') return [countAll.measure];
    if (name === 'first' || name === 'last') return [endRow(shape, name, argumentsOf(selected)['by'])];
    if (name !== 'of') return [];
    return below(selected).flatMap((column) =>
      below(column).map(
        (of) => measured(shapeColumn(shape, column.field.name), of.field.name, argumentsOf(of)['p']).measure,
      ),
    );
  });
  return distinct(measures);
}

/** The measure that finds the first or the last row by a time column; throws BAD_USER_INPUT for another one. */
export function endRow(shape: Shape, end: 'first' | 'last', by: unknown): Measure {
  const times = [...shape.times.values()];
  const found = times.find(({ column }) => column.name === by);
  if (!found || !shape.key) throw badInput(`${end}: by must hold times: ${times.map(({ value }) => value).join(', ')}`);
  return { kind: 'row', name: `${end} ${found.index}`, end, by: found.column, key: shape.key };
}
