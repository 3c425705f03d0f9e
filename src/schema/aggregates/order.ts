import type { InputFieldMap } from '@pothos/core';
import { builtIn } from '../../catalog/type.ts';
import type { OrderKey } from '../../db/sql/keyset.ts';
import type { Derived, Measure, ValuesMeasure } from '../../db/sql/measure.ts';
import { ident } from '../../db/sql/sql.ts';
import { badInput, required } from '../../errors.ts';
import type { Builder, EnumRef, InputFieldBuilder, InputObjectRef } from '../builder.ts';
import { oneOf, orderEntries } from '../given.ts';
import { type Direction, directions } from '../lists/direction.ts';
import type { Groups } from './groups.ts';
import { pathTo } from './key.ts';
import { countAll, formOf, type Measured, type MeasuredRows, measuredIn, numberOf } from './measured.ts';
import { keyField, type MeasureOrders } from './measureOrders.ts';
import { partOf, partPath } from './parts.ts';
import { changeOf } from './selection.ts';
import { inputName, type Shape, type ShapeColumn, type Shapes } from './shape.ts';

/** An order of groups, and the measures that it sorts by. */
export interface GroupOrder {
  readonly keys: readonly OrderKey[];
  readonly measures: readonly Measure[];
}

/** Fields of the input that are not named after a column or relation. */
const ownFields = ['count', 'countChange', 'bucket', 'parts'];

/** Defines the inputs that order groups, and returns the function that finds one by table name. */
export function createGroupOrders(
  builder: Builder,
  shapes: readonly Shape[],
  direction: EnumRef,
  measures: MeasureOrders,
  parts: InputObjectRef,
): (table: string) => InputObjectRef {
  const inputs = new Map(
    shapes.map(({ name, table }) => [table.name, builder.inputRef<object>(`${name}GroupedOrderBy`)]),
  );
  for (const shape of shapes) {
    const columns = columnOrders(shape, ({ leaf }, isKey) => (isKey ? measures.keyOrMeasure : measures.measure)(leaf));
    required(inputs, shape.table.name).implement({
      isOneOf: true,
      description: 'Orders groups, most significant first. Key and bucket break ties.',
      fields: (t) => ({
        count: t.field({ type: direction }),
        ...(shape.times.size > 0 && {
          bucket: t.field({ type: direction }),
          countChange: t.field({ type: measures.change }),
        }),
        ...(shape.parted.size > 0 && { parts: t.field({ type: parts }) }),
        ...columnFields(t, columns),
        ...Object.fromEntries(
          [...shape.relations].map(([name, to]) => [
            inputName(shape, name, ownFields),
            t.field({ type: required(inputs, to.table.name) }),
          ]),
        ),
      }),
    });
  }
  return (table) => required(inputs, table);
}

/** Defines the input that orders rows by an aggregate of related rows. */
export function relatedOrder(builder: Builder, shape: Shape, direction: EnumRef, measures: MeasureOrders) {
  const columns = columnOrders(shape, ({ leaf }) => measures.measure(leaf));
  return builder.inputType(`${shape.name}AggregateOrderBy`, {
    isOneOf: true,
    description: `A measure of related rows of \`${shape.table.name}\`.`,
    fields: (t) => ({ count: t.field({ type: direction }), ...columnFields(t, columns) }),
  });
}

type ColumnOrders = readonly (readonly [name: string, type: InputObjectRef, deprecationReason: string | undefined])[];

/** Finds the inputs for columns. They have to be defined before the fields that refer to them. */
const columnOrders = (shape: Shape, typeOf: (column: ShapeColumn, isKey: boolean) => InputObjectRef): ColumnOrders =>
  [...shape.columns].map(([name, column]) => [
    inputName(shape, name, ownFields),
    typeOf(column, shape.groupable.has(name)),
    column.column.deprecationReason,
  ]);

const columnFields = (t: InputFieldBuilder, columns: ColumnOrders): InputFieldMap =>
  Object.fromEntries(columns.map(([name, type, deprecationReason]) => [name, t.field({ type, deprecationReason })]));

/** An order by a measure, with the path of field names to it. */
interface MeasureOrder {
  readonly measured: Measured<ValuesMeasure | Derived>;
  readonly direction: unknown;
  readonly path: readonly string[];
}

/** Reads an item that orders by the number of rows or by a measure of a column; null for any other item. */
export function readMeasure(shape: Shape, item: unknown, rows?: MeasuredRows): MeasureOrder | null {
  const [field, value] = oneOf('orderBy', item);
  if (field === 'count') return { measured: countAll, direction: value, path: [field] };
  if (field === 'countChange') {
    const [form, direction] = oneOf(field, value);
    return { measured: numberOf(countAll, changeOf(form)), direction, path: [field, form] };
  }
  const [, column] = [...shape.columns].find(([name]) => inputName(shape, name, ownFields) === field) ?? [];
  if (!column) return null;
  const [part, given] = oneOf('orderBy', value);
  if (part === keyField) return null;
  const form = formOf(part);
  const [name, order] = form ? oneOf(part, given) : [part, given];
  const path = [field, part, ...(form ? [name] : [])];
  if (name !== 'percentile')
    return { measured: measuredIn(column, form, name, undefined, rows), direction: order, path };
  const { p, direction } = order as { readonly p: number; readonly direction: string };
  return { measured: measuredIn(column, form, name, p, rows), direction, path: [...path, String(p)] };
}

/** Reads the total order of groups: the given items, followed by the remaining keys and the bucket to break ties. */
export function readGroupOrder(shapes: Shapes, shape: Shape, { names, bucket }: Groups, orderBy: unknown): GroupOrder {
  const entries = orderEntries(orderBy, 'the order of the keys');
  const measures: Measure[] = [];
  const keyed = (path: string, direction: unknown): OrderKey => {
    const name = names.get(path);
    if (name === undefined) throw badInput(`orderBy names the key ${path}, but groupBy does not`);
    return orderKey(name, direction);
  };
  const read = (of: Shape, item: unknown, relations: readonly string[]): OrderKey => {
    const [field, value] = oneOf('orderBy', item);
    if (ownFields.includes(field) && relations.length > 0)
      throw badInput(`orderBy: ${field} belongs to the groups; give it outside of ${pathTo(...relations)}`);
    if (field === 'bucket') {
      if (!bucket) throw badInput('orderBy names the bucket, but groupBy has none');
      return orderKey('bucket', value);
    }
    if (field === 'parts') {
      const [part, direction] = oneOf(field, value);
      return keyed(partPath(partOf(part)), direction);
    }
    const found = readMeasure(of, item);
    const isCalled = ([name]: readonly [string, unknown]) => inputName(of, name, ownFields) === field;
    const [name = field] = [...of.columns].find(isCalled) ?? [];
    if (found) {
      if (relations.length > 0)
        throw badInput(
          `orderBy: ${pathTo(...relations, name)} is a column of related rows; order by its key, not by a measure`,
        );
      measures.push(found.measured.measure);
      return orderKey(found.measured.measure.name, found.direction);
    }
    if (of.columns.has(name)) return keyed(pathTo(...relations, name), oneOf('orderBy', value)[1]);
    const [relation, to] = [...of.relations].find(isCalled) ?? [];
    if (relation === undefined || !to) throw new Error(`No order by ${field} of groups of ${of.table.name}`);
    return read(shapes.of(to.table.name), value, [...relations, relation]);
  };
  const rest = [...names.values(), ...(bucket ? ['bucket'] : [])].map((name) => orderKey(name, 'ASC'));
  const keys = [...entries.map((item) => read(shape, item, [])), ...rest];
  return { keys: keys.filter(({ name }, i) => keys.findIndex((key) => key.name === name) === i), measures };
}

const orderKey = (name: string, direction: unknown): OrderKey => ({
  name,
  expression: ident(name),
  type: builtIn('text'),
  nullable: true,
  ...directions[direction as Direction],
});
