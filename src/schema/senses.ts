import { isOrdered, isTsvector, type Type } from '../catalog/type.ts';
import { scalarOf } from './scalars.ts';

/** The kind of comparison that values support, which decides the operators of their filters. */
export type Sense =
  | 'none'
  | 'equality'
  | 'order'
  | 'text'
  | 'range'
  | 'multirange'
  | 'network'
  | 'labelPath'
  | 'hstore'
  | 'geometry'
  | 'embedding'
  | 'tsvector';

/** Prefixes of the names of filter and measure types, by sense, for values that share a scalar with others. */
export const textNames: Readonly<Record<Sense, string>> = {
  none: 'OpaqueText',
  equality: 'EqualText',
  order: 'OrderedText',
  text: 'String',
  range: 'RangeText',
  multirange: 'MultirangeText',
  network: 'NetworkText',
  labelPath: 'LabelPathText',
  hstore: 'Hstore',
  geometry: 'GeoJSON',
  embedding: 'Vector',
  tsvector: 'SearchText',
};

/** Extensions' types with operators of their own. */
const ofExtensions: Readonly<Record<string, Sense>> = {
  'ltree.ltree': 'labelPath',
  'hstore.hstore': 'hstore',
  'postgis.geometry': 'geometry',
  'postgis.geography': 'geometry',
  'vector.vector': 'embedding',
};

const networks = ['pg_catalog.inet', 'pg_catalog.cidr'];

/** Returns the sense of a type's values; `none` if the role may not use the type. */
export function senseOf(type: Type): Sense {
  if (!type.isUsable) return 'none';
  const scalar = scalarOf(type);
  const own = ofExtensions[`${type.extension}.${type.name}`];
  if (own) return own;
  if (!isOrdered(type) || scalar === 'Boolean' || scalar === 'JSON') return 'equality';
  if (type.range) return type.sql === type.range.multirange ? 'multirange' : 'range';
  if (networks.includes(type.sql)) return 'network';
  if (isTsvector(type)) return 'tsvector';
  return scalar === 'String' && type.isText ? 'text' : 'order';
}
