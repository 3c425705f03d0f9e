import type { Builder, InputObjectRef } from '../builder.ts';
import type { Filters } from '../filters/filters.ts';
import { type Leaf, leafName, scalarLeaf } from '../leaves.ts';
import { memoised } from '../memoised.ts';
import { namedFields } from '../namedFields.ts';
import { measurementsOf, percentileOf } from './measures.ts';
import { createValuesTypes, fractionDescription, type ValuesRef } from './values.ts';

/** The types for columns; all columns of one leaf share them. */
export interface ColumnTypes {
  /** Returns the type of a column's measures. */
  readonly values: (leaf: Leaf) => ValuesRef;
  /** Returns the input of conditions on a column's measures. */
  readonly having: (leaf: Leaf) => InputObjectRef;
  /** The input of conditions on the change of the number of rows. */
  readonly changeHaving: InputObjectRef;
}

type Tests = Readonly<Record<string, InputObjectRef>>;

/** Creates the types for columns; those of a leaf are defined when a column first needs them. */
export function createColumnTypes(builder: Builder, filters: Filters): ColumnTypes {
  const testsInput = (name: string, description: string, tests: Tests): InputObjectRef =>
    builder.inputType(name, {
      description: `${description}; all must hold.`,
      fields: (t) => namedFields(Object.entries(tests), (type) => t.field({ type })),
    });
  const filterOf = (result: Parameters<typeof scalarLeaf>[0]) => filters.leaf(scalarLeaf(result)).type;

  const percentile = memoised((result: 'Float' | 'Duration') => {
    const type = filterOf(result);
    return builder.inputType(`${result}PercentileHaving`, {
      fields: (t) => ({
        p: t.float({ required: true, description: fractionDescription }),
        is: t.field({ type, required: true }),
      }),
    });
  });
  const changes = testsInput('ChangeAggregateHaving', 'Conditions on changes of measures since the previous bucket', {
    ...namedFields(Object.entries(measurementsOf(scalarLeaf('Float'))), () => filterOf('Float')),
    percentile: percentile('Float'),
  });
  const having = memoised((leaf: Leaf) => {
    const interpolated = percentileOf(leaf);
    return testsInput(`${leafName(leaf)}AggregateHaving`, 'Conditions on measures of a column', {
      ...namedFields(Object.entries(measurementsOf(leaf)), ({ result }) =>
        result === null ? filters.leaf(leaf).type : filterOf(result),
      ),
      ...(interpolated && { percentile: percentile(interpolated), difference: changes, rate: changes }),
    });
  }, leafName);
  return {
    values: createValuesTypes(builder),
    having,
    changeHaving: testsInput('ChangeHaving', 'Conditions on the change of a count since the previous bucket', {
      difference: filterOf('Float'),
      rate: filterOf('Float'),
    }),
  };
}
