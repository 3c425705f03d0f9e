import type { Column } from '../../catalog/catalog.ts';
import { builtIn } from '../../catalog/type.ts';
import * as compare from '../../db/sql/compare.ts';
import { columnRef } from '../../db/sql/select.ts';
import { type Sql, sql, trusted } from '../../db/sql/sql.ts';
import type { Builder, EnumRef } from '../builder.ts';
import { operatorIn } from '../filters/operator.ts';
import { givenIn } from '../given.ts';
import type { Leaf } from '../leaves.ts';
import { namedFields } from '../namedFields.ts';
import type { DerivedOrder } from './derived.ts';

/** pgvector's distances: the operators, which an index can serve, and the functions, which no index serves. */
const metrics = {
  L2: { operator: '<->', name: 'l2_distance', description: 'The Euclidean distance.' },
  COSINE: { operator: '<=>', name: 'cosine_distance', description: 'One minus the cosine of the angle.' },
  INNER_PRODUCT: {
    operator: '<#>',
    name: 'vector_negative_inner_product',
    description: 'The negative inner product.',
  },
} as const;

/** Tells whether rows can be ordered by the distance of such values from a given one. */
export const hasDistance = ({ sense, isList }: Leaf): boolean =>
  sense === 'embedding' || (sense === 'geometry' && !isList);

/**
 * Defines the orders by distance that these leaves need. Returns a function from a leaf to its order, which replaces
 * the order by the column itself.
 */
export function createDistances(
  builder: Builder,
  direction: EnumRef,
  leaves: readonly Leaf[],
): (leaf: Leaf) => DerivedOrder | null {
  const has = (sense: Leaf['sense']) => leaves.some((leaf) => leaf.sense === sense && hasDistance(leaf));
  const geometry = has('geometry') ? geometryInput(builder, direction) : null;
  const vector = has('embedding') ? vectorInput(builder, direction) : null;
  return (leaf) => (hasDistance(leaf) ? (leaf.sense === 'geometry' ? geometry : vector) : null);
}

const geometryInput = (builder: Builder, direction: EnumRef): DerivedOrder => ({
  type: builder.inputType('GeoJSONDistanceOrderBy', {
    description: 'An order by distance: in metres for a geography, in the units of its coordinates for a geometry.',
    fields: (t) => ({
      distanceTo: t.field({ type: 'GeoJSON', required: true, description: 'The geometry to measure from.' }),
      direction: t.field({ type: direction, required: true, defaultValue: 'ASC' }),
    }),
  }),
  read({ column }, rows, input) {
    const { distanceTo, direction } = Object.fromEntries(givenIn('orderBy', input));
    const [value, other] = operands(column, rows, String(distanceTo));
    const expression = sql`(${value} ${operatorIn(column.type, '<->')} ${other})`;
    return { key: { expression, ...distanceKey, given: [String(distanceTo)] }, direction };
  },
});

const vectorInput = (builder: Builder, direction: EnumRef): DerivedOrder => {
  const metricType = builder.enumType('VectorMetric', {
    description: 'How the distance of two vectors is measured.',
    values: namedFields(Object.entries(metrics), ({ description }, value) => ({ value, description })),
  });
  return {
    type: builder.inputType('VectorDistanceOrderBy', {
      description: 'An order by distance.',
      fields: (t) => ({
        distanceTo: t.floatList({ required: true, description: 'The vector to measure from.' }),
        metric: t.field({ type: metricType, required: true, defaultValue: 'L2' }),
        direction: t.field({ type: direction, required: true, defaultValue: 'ASC' }),
      }),
    }),
    read({ column }, rows, input) {
      const { distanceTo, metric, direction } = Object.fromEntries(givenIn('orderBy', input));
      const { operator, name } = metrics[metric as keyof typeof metrics];
      const text = JSON.stringify(distanceTo);
      const [value, other] = operands(column, rows, text);
      const expression = sql`${trusted(column.type.schema)}.${trusted(name)}(${value}, ${other})`;
      const approximate = sql`(${value} ${operatorIn(column.type, operator)} ${other})`;
      return { key: { expression, approximate, ...distanceKey, given: [text, String(metric)] }, direction };
    },
  };
};

const distanceKey = { type: builtIn('float8'), nullable: true, isDistance: true } as const;

/** Returns the column and the value to measure from. */
const operands = (column: Column, rows: string, text: string): readonly [Sql, Sql] => [
  compare.based(compare.operandOf(column, columnRef(column, rows))),
  sql`${text}::${trusted(column.type.sql)}`,
];
