import type { Catalog, Table } from './catalog.ts';
import type { Composite, DbFunction } from './dbFunction.ts';
import type { Type } from './type.ts';

/** Returns the columns of a function's result, in order; a single value is the column `value`. */
export const columnsOf = ({ result }: DbFunction): readonly string[] => {
  if (result.kind === 'table') return result.columns;
  return result.kind === 'record' ? result.members.map(({ name }) => name) : ['value'];
};

/** Returns the row type of a value, or of the items of a list; undefined if it has none. */
export const compositeOf = ({ composites }: Pick<Catalog, 'composites'>, type: Type): Composite | undefined =>
  composites.find(({ id }) => id === (type.item ?? type).sql);

/**
 * Returns the table of which the function is a computed field: the one whose row is the first parameter. Null if there
 * is none, or the function may change data.
 */
export function computedOn(catalog: Pick<Catalog, 'composites'>, fn: DbFunction): string | null {
  const [first] = fn.parameters;
  if (!first || first.type.item || fn.isVolatile) return null;
  return compositeOf(catalog, first.type)?.table ?? null;
}

/** Returns the functions that are computed fields of a table. */
export const computedFunctions = (catalog: Catalog, table: Table): readonly DbFunction[] =>
  catalog.functions.filter((fn) => computedOn(catalog, fn) === table.name);

/** Tells whether a computed field has one value and needs only the row, so that `where` and `orderBy` can use it. */
export const isPlainComputed = (fn: DbFunction): boolean =>
  !fn.returnsSet && fn.result.kind === 'value' && fn.parameters.slice(1).every(({ hasDefault }) => hasDefault);
