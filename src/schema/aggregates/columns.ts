import type { Builder, InputObjectRef } from '../builder.ts';
import type { Filters } from '../filters/filters.ts';
import { type Leaf, scalarLeaf } from '../leaves.ts';
import { measurementsOf, percentileOf } from './measures.ts';
import { createValuesTypes, fractionDescription, leafName, type ValuesRef } from './values.ts';

/** The types shared by all columns of one leaf. */
export interface ColumnTypes {
  readonly values: ValuesRef;
  /** The input of conditions on the column's measures. */
  readonly having: InputObjectRef;
}

/** Returns the function that defines the types of a leaf when a column first needs them. */
export function createColumnTypes(builder: Builder, filters: Filters): (leaf: Leaf) => ColumnTypes {
  const percentileInputs = createPercentileInputs(builder, filters);
  const valuesOf = createValuesTypes(builder);
  const defined = new Map<string, ColumnTypes>();
  return (leaf) => {
    const name = `${leafName(leaf)}Aggregate`;
    const known = defined.get(name);
    if (known) return known;
    const measurements = Object.entries(measurementsOf(leaf));
    const percentile = percentileOf(leaf);
    const tests = new Map(
      measurements.map(([field, { result }]) => [
        field,
        filters.leaf(result === null ? leaf : scalarLeaf(result)).type,
      ]),
    );
    if (percentile) tests.set('percentile', percentileInputs.having(percentile));
    const made: ColumnTypes = {
      values: valuesOf(leaf),
      having: builder.inputType(`${name}Having`, {
        description: 'Conditions on measures of a column; all must hold.',
        fields: (t) => Object.fromEntries([...tests].map(([field, type]) => [field, t.field({ type })])),
      }),
    };
    defined.set(name, made);
    return made;
  };
}

function createPercentileInputs(builder: Builder, filters: Filters) {
  const having = new Map<string, InputObjectRef>();
  return {
    having(result: 'Float' | 'Duration'): InputObjectRef {
      const known = having.get(result);
      if (known) return known;
      const { type } = filters.leaf(scalarLeaf(result));
      const made = builder.inputType(`${result}PercentileHaving`, {
        fields: (t) => ({
          p: t.float({ required: true, description: fractionDescription }),
          is: t.field({ type, required: true }),
        }),
      });
      having.set(result, made);
      return made;
    },
  };
}
