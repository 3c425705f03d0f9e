import { builtIn } from '../../catalog/catalog.ts';
import type { OrderKey } from '../../db/sql/keyset.ts';
import type { Measure } from '../../db/sql/measure.ts';
import { ident } from '../../db/sql/sql.ts';
import { badInput } from '../../errors.ts';
import type { Builder, InputObjectRef } from '../builder.ts';
import type { Leaf } from '../leaves.ts';
import { type Direction, directions, type Orders } from '../lists/order.ts';
import { type ColumnTypes, countAll, measured } from './columns.ts';
import { oneOf } from './given.ts';
import type { Groups } from './groupBy.ts';
import { pathTo } from './key.ts';
import { type Shape, shapeColumn } from './shape.ts';

/** An order of groups, and the measures that it is about. */
export interface GroupOrder {
  readonly keys: readonly OrderKey[];
  readonly measures: readonly Measure[];
}

/** Defines the type of one item of `orderBy` of a table's groups. */
export function groupOrderInput(
  builder: Builder,
  shape: Shape,
  { direction }: Orders,
  key: InputObjectRef,
  types: (leaf: Leaf) => ColumnTypes,
): InputObjectRef {
  const columns = builder.inputType(`${shape.name}ColumnsOrderBy`, {
    isOneOf: true,
    fields: (t) =>
      Object.fromEntries(
        [...shape.columns].map(([name, column]) => [
          name,
          t.field({ type: types(column.leaf).orderBy, deprecationReason: column.column.deprecationReason }),
        ]),
      ),
  });
  return builder.inputType(`${shape.name}GroupedOrderBy`, {
    isOneOf: true,
    description: 'What to order groups by; the list of it goes from the most to the least significant.',
    fields: (t) => ({
      key: t.field({ type: key, description: 'A part of the key that `groupBy` names.' }),
      ...(shape.times.size > 0 && { bucket: t.field({ type: direction, description: 'The start of the bucket.' }) }),
      count: t.field({ type: direction, description: 'The number of rows.' }),
      of: t.field({ type: columns, description: 'A measure of a column.' }),
    }),
  });
}

/** The whole order of groups: after what is given the keys and the bucket, so that it is always the same. */
export function readGroupOrder(shape: Shape, { names, bucket }: Groups, orderBy: unknown): GroupOrder {
  if (orderBy === null) throw badInput('orderBy is null; leave it out for the order of the keys');
  const measures: Measure[] = [];
  const read = (item: unknown): OrderKey => {
    const [what, value] = oneOf('orderBy', item);
    if (what === 'key') return keyOrder(names, value, []);
    if (what === 'bucket') {
      if (!bucket) throw badInput('orderBy names the bucket, but groupBy has none');
      return orderKey('bucket', value);
    }
    const { measure, direction } =
      what === 'count' ? { measure: countAll.measure, direction: value } : ofColumn(shape, value);
    measures.push(measure);
    return orderKey(measure.name, direction);
  };
  const rest = [...names.values(), ...(bucket ? ['bucket'] : [])].map((name) => orderKey(name, 'ASC'));
  const keys = [...((orderBy ?? []) as readonly unknown[]).map(read), ...rest];
  return { keys: keys.filter(({ name }, i) => keys.findIndex((key) => key.name === name) === i), measures };
}

function keyOrder(names: Groups['names'], input: unknown, relations: readonly string[]): OrderKey {
  const [field, value] = oneOf('orderBy', input);
  if (typeof value !== 'string') return keyOrder(names, value, [...relations, field]);
  const name = names.get(pathTo(...relations, field));
  if (name === undefined) throw badInput(`orderBy names the key ${pathTo(...relations, field)}, but groupBy does not`);
  return orderKey(name, value);
}

function ofColumn(shape: Shape, input: unknown) {
  const [field, measures] = oneOf('orderBy', input);
  const [measure, value] = oneOf('orderBy', measures);
  const column = shapeColumn(shape, field);
  if (measure !== 'percentile') return { measure: measured(column, measure).measure, direction: value };
  const { p, direction } = value as { readonly p: number; readonly direction: string };
  return { measure: measured(column, measure, p).measure, direction };
}

const orderKey = (name: string, direction: unknown): OrderKey => ({
  name,
  expression: ident(name),
  type: builtIn('text'),
  nullable: true,
  ...directions[direction as Direction],
});
