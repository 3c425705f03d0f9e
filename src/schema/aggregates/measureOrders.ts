import type { Builder, EnumRef, InputObjectRef } from '../builder.ts';
import type { Leaf } from '../leaves.ts';
import { measurementsOf, percentileOf } from './measures.ts';
import { fractionDescription } from './values.ts';

/** The inputs that order by a measure of a column. Columns with the same measures share them. */
export interface MeasureOrders {
  readonly measure: (leaf: Leaf) => InputObjectRef;
  /** For groups, which are also ordered by the columns of their key. */
  readonly keyOrMeasure: (leaf: Leaf) => InputObjectRef;
}

/** The field by which an order names a column as part of the key. */
export const keyField = 'key';

/** Names of the sets of measures that columns have. */
const sets = ['Number', 'Duration', 'Boolean', 'Ordered', 'Counted'] as const;

/** Names of the inputs, whatever the tables. */
export const measureOrderNames = sets.flatMap((set) => [`${set}MeasureOrderBy`, `${set}KeyOrderBy`]);

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
  const once = (suffix: string, description: string, hasKey: boolean) => {
    const defined = new Map<string, InputObjectRef>();
    return (leaf: Leaf): InputObjectRef => {
      const set = setOf(leaf);
      const names = [...(hasKey ? [keyField] : []), ...Object.keys(measurementsOf(leaf))];
      const type =
        defined.get(set) ??
        builder.inputType(set + suffix, {
          isOneOf: true,
          description,
          fields: (t) => ({
            ...Object.fromEntries(names.map((name) => [name, t.field({ type: direction })])),
            ...(percentileOf(leaf) && { percentile: t.field({ type: percentile }) }),
          }),
        });
      defined.set(set, type);
      return type;
    };
  };
  return {
    measure: once('MeasureOrderBy', 'A measure of a column.', false),
    keyOrMeasure: once('KeyOrderBy', 'A measure of a column, or its `key`, which `groupBy` must have.', true),
  };
}
