import type { Catalog } from '../catalog/catalog.ts';
import type { Names } from '../catalog/naming.ts';
import type { LeafOf } from './leaves.ts';

/** The basis on which the types of a schema are built: the catalog, its names in the API, and its leaves. */
export interface SchemaBase {
  readonly catalog: Catalog;
  readonly names: Names;
  readonly leaf: LeafOf;
}
