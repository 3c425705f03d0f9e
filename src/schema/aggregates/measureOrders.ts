import type { Builder, EnumRef, InputObjectRef } from '../builder.ts';
import { type Leaf, scalarLeaf } from '../leaves.ts';
import { memoised } from '../memoised.ts';
import { namedFields } from '../namedFields.ts';
import { measurementsOf, percentileOf } from './measures.ts';
import { fractionDescription } from './values.ts';

/** The inputs that order by a measure of a column. Columns with the same measures share them. */
export interface MeasureOrders {
  readonly measure: (leaf: Leaf) => InputObjectRef;
  /** Returns the input for groups, which can also be ordered by the columns of their key. */
  readonly keyOrMeasure: (leaf: Leaf) => InputObjectRef;
  /** The input that orders by a change of the number of rows. */
  readonly change: InputObjectRef;
}

/** The field that orders groups by a column of their key. */
export const keyField = 'key';

/** Names of the sets of measures that columns have. */
const sets = ['Number', 'Duration', 'Boolean', 'Ordered', 'Counted'] as const;

/** Names of the inputs, which are the same for all tables. */
export const measureOrderNames = [
  ...sets.flatMap((set) => [`${set}MeasureOrderBy`, `${set}KeyOrderBy`]),
  ...['ChangeOrderBy', 'ChangeMeasureOrderBy'],
];

type Orders = Readonly<Record<string, InputObjectRef | EnumRef>>;

function setOf(leaf: Leaf): (typeof sets)[number] {
  const measures = measurementsOf(leaf);
  if (measures['stddev']) return 'Number';
  if (measures['sum']) return 'Duration';
  if (measures['every']) return 'Boolean';
  return measures['min'] ? 'Ordered' : 'Counted';
}

/** Creates the inputs; those of a set are defined when a column first needs them. */
export function createMeasureOrders(builder: Builder, direction: EnumRef): MeasureOrders {
  const percentile = builder.inputType('PercentileOrderBy', {
    fields: (t) => ({
      p: t.float({ required: true, description: fractionDescription }),
      direction: t.field({ type: direction, required: true }),
    }),
  });
  const input = (name: string, description: string, orders: Orders) =>
    builder.inputType(name, {
      isOneOf: true,
      description,
      fields: (t) => namedFields(Object.entries(orders), (type) => t.field({ type })),
    });
  const measuresOf = (leaf: Leaf): Orders => ({
    ...namedFields(Object.entries(measurementsOf(leaf)), () => direction),
    ...(percentileOf(leaf) && { percentile }),
  });
  const changes = input('ChangeMeasureOrderBy', 'A change of a measure.', measuresOf(scalarLeaf('Float')));
  return {
    measure: memoised(
      (leaf: Leaf) => input(`${setOf(leaf)}MeasureOrderBy`, 'A measure of a column.', measuresOf(leaf)),
      setOf,
    ),
    keyOrMeasure: memoised((leaf: Leaf) => {
      const description = 'A measure of a column, or its `key` if `groupBy` includes the column.';
      return input(`${setOf(leaf)}KeyOrderBy`, description, {
        [keyField]: direction,
        ...measuresOf(leaf),
        ...(percentileOf(leaf) && { difference: changes, rate: changes }),
      });
    }, setOf),
    change: input('ChangeOrderBy', 'The change of a count since the previous bucket.', {
      difference: direction,
      rate: direction,
    }),
  };
}
