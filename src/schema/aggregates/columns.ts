import type { Builder, InputFieldBuilder, InputObjectRef } from '../builder.ts';
import type { Filters } from '../filters/filters.ts';
import { type Leaf, leafName, scalarLeaf } from '../leaves.ts';
import { measurementsOf, percentileOf } from './measures.ts';
import { createValuesTypes, fractionDescription, type ValuesRef } from './values.ts';

/** The types for the columns of one leaf, which share them. */
export interface ColumnTypes {
  /** Returns the type of a column's measures. */
  readonly values: (leaf: Leaf) => ValuesRef;
  /** Returns the input of conditions on a column's measures. */
  readonly having: (leaf: Leaf) => InputObjectRef;
  /** The input of conditions on the change of the number of rows. */
  readonly changeHaving: InputObjectRef;
}

type Tests = Readonly<Record<string, InputObjectRef>>;

/** Returns functions that define the types of a leaf when a column first needs them. */
export function createColumnTypes(builder: Builder, filters: Filters): ColumnTypes {
  const defined = new Map<string, InputObjectRef>();
  const once = (name: string, define: () => InputObjectRef): InputObjectRef => {
    const known = defined.get(name) ?? define();
    defined.set(name, known);
    return known;
  };
  const testsInput = (name: string, description: string, tests: Tests): InputObjectRef =>
    builder.inputType(name, { description: `${description}; all must hold.`, fields: (t) => fieldsOf(t, tests) });

  const filterOf = (result: Parameters<typeof scalarLeaf>[0]) => filters.leaf(scalarLeaf(result)).type;
  const percentile = (result: 'Float' | 'Duration') =>
    once(`${result}PercentileHaving`, () => {
      const type = filterOf(result);
      return builder.inputType(`${result}PercentileHaving`, {
        fields: (t) => ({
          p: t.float({ required: true, description: fractionDescription }),
          is: t.field({ type, required: true }),
        }),
      });
    });
  const changes = () =>
    once('ChangeAggregateHaving', () => {
      const measures = Object.keys(measurementsOf(scalarLeaf('Float'))).map((name) => [name, filterOf('Float')]);
      const tests = { ...Object.fromEntries(measures), percentile: percentile('Float') };
      return testsInput('ChangeAggregateHaving', 'Conditions on changes of measures since the previous bucket', tests);
    });
  const testsOf = (leaf: Leaf): Tests => {
    const interpolated = percentileOf(leaf);
    const measures = Object.entries(measurementsOf(leaf)).map(([name, { result }]) => [
      name,
      result === null ? filters.leaf(leaf).type : filterOf(result),
    ]);
    return {
      ...Object.fromEntries(measures),
      ...(interpolated && { percentile: percentile(interpolated), difference: changes(), rate: changes() }),
    };
  };
  return {
    values: createValuesTypes(builder),
    having(leaf) {
      const name = `${leafName(leaf)}AggregateHaving`;
      return once(name, () => testsInput(name, 'Conditions on measures of a column', testsOf(leaf)));
    },
    changeHaving: testsInput('ChangeHaving', 'Conditions on the change of a count since the previous bucket', {
      difference: filterOf('Float'),
      rate: filterOf('Float'),
    }),
  };
}

const fieldsOf = (t: InputFieldBuilder, tests: Tests) =>
  Object.fromEntries(Object.entries(tests).map(([name, type]) => [name, t.field({ type })]));
