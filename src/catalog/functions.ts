import type { Catalog, Table, Type } from './catalog.ts';
import type { Composite, DbFunction } from './dbFunction.ts';

/** The columns of what a function returns, in their order; a single value is `value`. */
export const columnsOf = ({ result }: DbFunction): readonly string[] => {
  if (result.kind === 'table') return result.columns;
  return result.kind === 'record' ? result.members.map(({ name }) => name) : ['value'];
};

/** The type of rows that a type is, or that its items are. */
export const compositeOf = ({ composites }: Pick<Catalog, 'composites'>, type: Type): Composite | undefined =>
  composites.find(({ id }) => id === (type.item ?? type).sql);

/** The name of the table whose rows get the function as a field: it takes one as its first argument and changes nothing. */
export function computedOn(catalog: Pick<Catalog, 'composites'>, fn: DbFunction): string | null {
  const [first] = fn.parameters;
  if (!first || first.type.item || fn.isVolatile) return null;
  return compositeOf(catalog, first.type)?.table ?? null;
}

/** The functions that are fields of a table's rows. */
export const computedFunctions = (catalog: Catalog, table: Table): readonly DbFunction[] =>
  catalog.functions.filter((fn) => computedOn(catalog, fn) === table.name);

/** The computed fields that need nothing but the row, and have one value: `where` and `orderBy` can use these. */
export const isPlainComputed = (fn: DbFunction): boolean =>
  !fn.returnsSet && fn.result.kind === 'value' && fn.parameters.slice(1).every(({ hasDefault }) => hasDefault);
