import { builtIn } from '../../catalog/catalog.ts';
import type { OrderKey } from '../../db/sql/keyset.ts';
import type { Measure } from '../../db/sql/measure.ts';
import { ident } from '../../db/sql/sql.ts';
import { badInput, required } from '../../errors.ts';
import type { Builder, InputObjectRef } from '../builder.ts';
import type { Leaf } from '../leaves.ts';
import { type Direction, directions, type Orders } from '../lists/order.ts';
import { type ColumnTypes, keyField } from './columns.ts';
import { oneOf } from './given.ts';
import type { Groups } from './groupBy.ts';
import { pathTo } from './key.ts';
import { countAll, measured } from './measured.ts';
import { partOf, partPath } from './parts.ts';
import { inputName, type Shape, type ShapeColumn, type Shapes } from './shape.ts';

/** An order of groups, and the measures that it is about. */
export interface GroupOrder {
  readonly keys: readonly OrderKey[];
  readonly measures: readonly Measure[];
}

/** What stands beside the columns and relations. */
const ownFields = ['count', 'bucket', 'parts'];

/** Defines the types of the items of `orderBy` of groups, by the name of the table. */
export function createGroupOrders(
  builder: Builder,
  shapes: readonly Shape[],
  { direction }: Orders,
  types: (leaf: Leaf) => ColumnTypes,
  parts: InputObjectRef,
): (table: string) => InputObjectRef {
  const inputs = new Map(
    shapes.map(({ name, table }) => [table.name, builder.inputRef<object>(`${name}GroupedOrderBy`)]),
  );
  for (const shape of shapes) {
    const columns = [...shape.columns].map(([name, { column, leaf }]) => [name, types(leaf).orderBy, column] as const);
    required(inputs, shape.table.name).implement({
      isOneOf: true,
      description: 'What to order groups by; the first entry is the most significant.',
      fields: (t) => ({
        count: t.field({ type: direction, description: 'The number of rows.' }),
        ...(shape.times.size > 0 && { bucket: t.field({ type: direction, description: 'The start of the bucket.' }) }),
        ...(shape.parted.size > 0 && { parts: t.field({ type: parts }) }),
        ...Object.fromEntries(
          columns.map(([name, type, { deprecationReason }]) => [
            inputName(shape, name, ownFields),
            t.field({ type, deprecationReason }),
          ]),
        ),
        ...Object.fromEntries(
          [...shape.relations].map(([name, to]) => [
            inputName(shape, name, ownFields),
            t.field({ type: required(inputs, to.table) }),
          ]),
        ),
      }),
    });
  }
  return (table) => required(inputs, table);
}

/** The whole order of groups: after what is given the keys and the bucket, so that it is always the same. */
export function readGroupOrder(shapes: Shapes, shape: Shape, { names, bucket }: Groups, orderBy: unknown): GroupOrder {
  if (orderBy === null) throw badInput('orderBy is null; leave it out for the order of the keys');
  const measures: Measure[] = [];
  const measuredBy = (measure: Measure, direction: unknown): OrderKey => {
    measures.push(measure);
    return orderKey(measure.name, direction);
  };
  const keyed = (path: string, direction: unknown): OrderKey => {
    const name = names.get(path);
    if (name === undefined) throw badInput(`orderBy names the key ${path}, but groupBy does not`);
    return orderKey(name, direction);
  };
  const ofColumn = (column: ShapeColumn, path: readonly string[], [field, value]: readonly [string, unknown]) => {
    if (field === keyField) return keyed(pathTo(...path), value);
    if (path.length > 1)
      throw badInput(`orderBy: ${pathTo(...path)} is of related rows, of which the key alone gives an order`);
    if (field !== 'percentile') return measuredBy(measured(column, field).measure, value);
    const { p, direction } = value as { readonly p: number; readonly direction: string };
    return measuredBy(measured(column, field, p).measure, direction);
  };
  const read = (of: Shape, item: unknown, relations: readonly string[]): OrderKey => {
    const [field, value] = oneOf('orderBy', item);
    if (ownFields.includes(field) && relations.length > 0)
      throw badInput(`orderBy: ${field} is of the groups; it does not stand in ${pathTo(...relations)}`);
    if (field === 'count') return measuredBy(countAll.measure, value);
    if (field === 'bucket') {
      if (!bucket) throw badInput('orderBy names the bucket, but groupBy has none');
      return orderKey('bucket', value);
    }
    if (field === 'parts') {
      const [part, direction] = oneOf(field, value);
      return keyed(partPath(partOf(part)), direction);
    }
    const isCalled = ([name]: readonly [string, unknown]) => inputName(of, name, ownFields) === field;
    const [name, column] = [...of.columns].find(isCalled) ?? [];
    if (name !== undefined && column) return ofColumn(column, [...relations, name], oneOf('orderBy', value));
    const [relation, to] = [...of.relations].find(isCalled) ?? [];
    if (relation === undefined || !to) throw new Error(`No order by ${field} of groups of ${of.table.name}`);
    return read(shapes.of(to.table), value, [...relations, relation]);
  };
  const rest = [...names.values(), ...(bucket ? ['bucket'] : [])].map((name) => orderKey(name, 'ASC'));
  const keys = [...((orderBy ?? []) as readonly unknown[]).map((item) => read(shape, item, [])), ...rest];
  return { keys: keys.filter(({ name }, i) => keys.findIndex((key) => key.name === name) === i), measures };
}

const orderKey = (name: string, direction: unknown): OrderKey => ({
  name,
  expression: ident(name),
  type: builtIn('text'),
  nullable: true,
  ...directions[direction as Direction],
});
