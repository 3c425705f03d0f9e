import type { Builder, EnumRef, InputObjectRef } from '../builder.ts';
import type { Filters } from '../filters/filters.ts';
import { type Leaf, scalarLeaf } from '../leaves.ts';
import { textNames } from '../senses.ts';
import { measurementsOf, percentileOf } from './measures.ts';
import { createValuesTypes, fractionDescription, leafName, type ValuesRef } from './values.ts';

/** The types shared by all columns of one leaf. */
export interface ColumnTypes {
  readonly values: ValuesRef;
  /** The input of conditions on the column's measures. */
  readonly having: InputObjectRef;
  /** The input that orders groups by the key or by one measure. */
  readonly orderBy: InputObjectRef;
}

/** The field by which an order names a column as part of the key. */
export const keyField = 'key';

/** Returns the function that defines the types of a leaf when a column first needs them. */
export function createColumnTypes(builder: Builder, filters: Filters, direction: EnumRef): (leaf: Leaf) => ColumnTypes {
  const percentileInputs = createPercentileInputs(builder, filters, direction);
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
      orderBy: builder.inputType(`${name}OrderBy`, {
        isOneOf: true,
        description: 'What to order groups by: a measure of the column, or its key.',
        fields: (t) => ({
          ...(!withoutOrder.includes(leaf.name) && {
            [keyField]: t.field({
              type: direction,
              description: 'This part of the key; `groupBy` must have it.',
            }),
          }),
          ...Object.fromEntries(measurements.map(([field]) => [field, t.field({ type: direction })])),
          ...(percentile && { percentile: t.field({ type: percentileInputs.orderBy }) }),
        }),
      }),
    };
    defined.set(name, made);
    return made;
  };
}

/** Names of the leaves whose values cannot be sorted, and so cannot be part of a key. */
const withoutOrder: readonly string[] = [textNames.none, textNames.equality];

function createPercentileInputs(builder: Builder, filters: Filters, direction: EnumRef) {
  const having = new Map<string, InputObjectRef>();
  return {
    orderBy: builder.inputType('PercentileOrderBy', {
      fields: (t) => ({
        p: t.float({ required: true, description: fractionDescription }),
        direction: t.field({ type: direction, required: true }),
      }),
    }),
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
