import type { Builder, EnumRef, InputObjectRef } from '../builder.ts';
import { type Leaf, scalarLeaf } from '../leaves.ts';
import { memoised } from '../memoised.ts';
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

type Inputs = Readonly<Record<string, InputObjectRef>>;

function setOf(leaf: Leaf): (typeof sets)[number] {
  const measures = measurementsOf(leaf);
  if (measures['stddev']) return 'Number';
  if (measures['sum']) return 'Duration';
  if (measures['every']) return 'Boolean';
  return measures['min'] ? 'Ordered' : 'Counted';
}

/** Returns functions that define the inputs of a set when a column first needs them. */
export function createMeasureOrders(builder: Builder, direction: EnumRef): MeasureOrders {
  const percentile = builder.inputType('PercentileOrderBy', {
    fields: (t) => ({
      p: t.float({ required: true, description: fractionDescription }),
      direction: t.field({ type: direction, required: true }),
    }),
  });
  const input = (name: string, description: string, names: readonly string[], more: Inputs = {}) =>
    builder.inputType(name, {
      isOneOf: true,
      description,
      fields: (t) => ({
        ...Object.fromEntries(names.map((name) => [name, t.field({ type: direction })])),
        ...Object.fromEntries(Object.entries(more).map(([name, type]) => [name, t.field({ type })])),
      }),
    });
  const measuresOf = (leaf: Leaf) => Object.keys(measurementsOf(leaf));
  const changes = memoised((name: 'ChangeMeasureOrderBy') =>
    input(name, 'A change of a measure.', measuresOf(scalarLeaf('Float')), { percentile }),
  );
  const changesOf = () => ({ difference: changes('ChangeMeasureOrderBy'), rate: changes('ChangeMeasureOrderBy') });
  return {
    measure: memoised((leaf: Leaf) => {
      const more: Inputs = percentileOf(leaf) ? { percentile } : {};
      return input(`${setOf(leaf)}MeasureOrderBy`, 'A measure of a column.', measuresOf(leaf), more);
    }, setOf),
    keyOrMeasure: memoised((leaf: Leaf) => {
      const description = 'A measure of a column, or its `key` if `groupBy` includes the column.';
      const more: Inputs = percentileOf(leaf) ? { percentile, ...changesOf() } : {};
      return input(`${setOf(leaf)}KeyOrderBy`, description, [keyField, ...measuresOf(leaf)], more);
    }, setOf),
    change: input('ChangeOrderBy', 'The change of a count since the previous bucket.', ['difference', 'rate']),
  };
}
