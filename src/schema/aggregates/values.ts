import type { FieldMap } from '@pothos/core';
import { type NumberForm, numberForms } from '../../db/sql/measure.ts';
import type { Row } from '../../db/sql/row.ts';
import type { Builder, FieldBuilder } from '../builder.ts';
import { fromParent, generatedLeaf, leafFromParent } from '../generated.ts';
import { type Leaf, leafName, scalarLeaf } from '../leaves.ts';
import { namedFields } from '../namedFields.ts';
import { epochMs } from './epoch.ts';
import { measureName } from './measured.ts';
import { measurementsOf, percentileOf } from './measures.ts';
import { isTime, type ShapeColumn } from './shape.ts';

/** A row of measures, the column whose measures are read, and their form. */
export interface ColumnValues {
  readonly row: Row;
  readonly column: ShapeColumn;
  readonly form?: NumberForm;
}

export type ValuesRef = ReturnType<typeof valuesRef>;

const valuesRef = (builder: Builder, name: string) => builder.objectRef<ColumnValues>(name);

/** Returns the function that defines the aggregate type of a leaf when a column first needs it. */
export function createValuesTypes(builder: Builder): (leaf: Leaf) => ValuesRef {
  const defined = new Map<string, ValuesRef>();
  const once = (name: string, implement: (ref: ValuesRef) => void): ValuesRef => {
    const known = defined.get(name);
    if (known) return known;
    const made = valuesRef(builder, name);
    defined.set(name, made);
    implement(made);
    return made;
  };
  const change = () => once('ChangeAggregate', implementChanges);
  const epoch = () => once('EpochAggregate', implementEpoch);
  const formsOf = ({ type }: Leaf): Forms => ({
    ...(type !== 'Float' && { float: of(scalarLeaf('Float')) }),
    difference: change(),
    rate: change(),
  });
  const of = (leaf: Leaf): ValuesRef =>
    once(`${leafName(leaf)}Aggregate`, (ref) => {
      const forms = percentileOf(leaf) === null ? null : formsOf(leaf);
      const times = isTime(leaf) ? epoch() : null;
      ref.implement({
        description: 'Measures of the values of a column; nulls are ignored.',
        fields: (t) => ({
          ...measureFields(t, leaf),
          ...percentileField(t, percentileOf(leaf)),
          ...(forms && formFields(t, forms)),
          ...(times && {
            epochMs: t.field({
              type: times,
              description: 'Times in milliseconds since 1970.',
              ...fromParent((values: ColumnValues) => values),
            }),
          }),
        }),
      });
    });
  return of;
}

const formDescriptions: Readonly<Record<NumberForm, string>> = {
  float: 'The measures as JSON numbers, for charts; durations in seconds.',
  difference: 'The change since the previous bucket of the same key; null for the first.',
  rate: 'The change per second since the start of the previous bucket.',
};

type Forms = Partial<Readonly<Record<NumberForm, ValuesRef>>>;

const formFields = (t: FieldBuilder<ColumnValues>, types: Forms): FieldMap =>
  Object.fromEntries(
    numberForms.flatMap((form) => {
      const type = types[form];
      if (!type) return [];
      const description = formDescriptions[form];
      const { extensions, resolve } = fromParent((values: ColumnValues) => ({ ...values, form }));
      return [[form, t.field({ type, description, extensions, resolve })]];
    }),
  );

const measureFields = (t: FieldBuilder<ColumnValues>, leaf: Leaf): FieldMap =>
  namedFields(Object.entries(measurementsOf(leaf)), ({ description, result, whenEmpty }, field) => {
    const own = result === null ? leaf : scalarLeaf(result);
    return t.field({
      type: own.type,
      nullable: whenEmpty === null,
      description,
      ...leafFromParent(own, (values: ColumnValues) => textOf(values, field)),
    });
  });

export const fractionDescription = 'A fraction from 0 to 1, such as 0.95 for the 95th percentile.';

function percentileField(t: FieldBuilder<ColumnValues>, result: 'Float' | 'Duration' | null): FieldMap {
  if (result === null) return {};
  const own = scalarLeaf(result);
  return {
    percentile: t.field({
      type: own.type,
      nullable: true,
      description: 'The interpolated value at this fraction; several fractions take one pass.',
      args: { p: t.arg.float({ required: true, description: fractionDescription }) },
      ...generatedLeaf({ kind: 'part' }, own, {
        ask: ({ p }) => Number(p),
        get: (values: ColumnValues, p) => textOf(values, 'percentile', p),
      }),
    }),
  };
}

const textOf = ({ row, column, form }: ColumnValues, field: string, p?: number) =>
  row[measureName(column, field, p, form)];

const float = scalarLeaf('Float');

/**
 * Defines the fields of changes. All are nullable floats, since changes of counts may be negative and rates are
 * fractions.
 */
const implementChanges = (ref: ValuesRef) =>
  ref.implement({
    description: 'Changes of measures since the previous bucket.',
    fields: (t) => ({
      ...namedFields(Object.entries(measurementsOf(float)), (_, field) =>
        t.float({ nullable: true, ...leafFromParent(float, (values: ColumnValues) => textOf(values, field)) }),
      ),
      ...percentileField(t, 'Float'),
    }),
  });

const implementEpoch = (ref: ValuesRef) =>
  ref.implement({
    description: 'Times in milliseconds since 1970; times without a zone count as UTC.',
    fields: (t) =>
      Object.fromEntries(
        ['min', 'max'].map((field) => [
          field,
          t.float({ nullable: true, ...leafFromParent(float, (of: ColumnValues) => epochMs(textOf(of, field))) }),
        ]),
      ),
  });
