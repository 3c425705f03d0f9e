import * as compare from '../../db/sql/compare.ts';
import { join, type Sql, sql, trusted } from '../../db/sql/sql.ts';
import { badInput } from '../../errors.ts';
import { type FilterOperand, type Operator, type Operators, operatorIn } from './operator.ts';

/** Returns a PostGIS function; some have another name for geographies. */
const call = ({ type }: FilterOperand, name: string, onGeography = name): Sql =>
  trusted(`${type.schema}.${type.name === 'geography' ? onGeography : name}`);

const geometry = ({ type }: FilterOperand, text: unknown): Sql => sql`${String(text)}::${trusted(type.sql)}`;

const relation = (description: string, name: string, onGeography?: string): Operator => ({
  argument: 'GeoJSON',
  description,
  condition: (operand, other) =>
    sql`${call(operand, name, onGeography)}(${compare.based(operand)}, ${geometry(operand, other)})`,
});

/** Operators of geometries and geographies. Spatial indexes support all of them, except `bbox` on geographies. */
export const spatial: Operators = {
  intersects: relation('Has a point in common with this geometry.', 'st_intersects'),
  within: relation('Lies within this geometry.', 'st_within', 'st_coveredby'),
  dWithin: {
    argument: 'circle',
    description: 'Lies within a distance of a geometry.',
    condition(operand, argument) {
      const { from, distance } = argument as { readonly from: unknown; readonly distance: number };
      if (!(distance >= 0)) throw badInput('dWithin: distance must not be negative');
      return sql`${call(operand, 'st_dwithin')}(${compare.based(operand)}, ${geometry(operand, from)}, ${distance}::pg_catalog.float8)`;
    },
  },
  bbox: {
    argument: 'box',
    description: 'Its bounding box intersects this one, in the coordinates of the column: [west, south, east, north].',
    condition(operand, argument) {
      const [west, south, east, north, ...more] = argument as readonly number[];
      if (west === undefined || south === undefined || east === undefined || north === undefined || more.length > 0)
        throw badInput('bbox: give four numbers, [west, south, east, north]');
      if (south > north) throw badInput('bbox: south must not be greater than north');
      const meets = (from: number, to: number) => meetsBox(operand, [from, south, to, north]);
      // A box that crosses the antimeridian is two boxes (RFC 7946).
      return west <= east ? meets(west, east) : sql`(${meets(west, 180)} or ${meets(-180, east)})`;
    },
  },
};

/**
 * Returns the condition that bounding boxes intersect. A geography is compared as a geometry, because its own boxes are
 * not in longitudes and latitudes.
 */
function meetsBox({ type, ...operand }: FilterOperand, corners: readonly number[]): Sql {
  const numbers = join(corners.map((number) => sql`${number}::pg_catalog.float8`));
  const value = sql`${compare.based({ ...operand, type })}::${trusted(`${type.schema}.geometry`)}`;
  return sql`${value} ${operatorIn(type, '&&')} ${trusted(type.schema)}.st_makeenvelope(${numbers})`;
}
