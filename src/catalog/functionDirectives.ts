import type { Catalog } from './catalog.ts';
import { keyColumns } from './columnList.ts';
import type { Directive, Warn } from './comment.ts';
import type { DbFunction } from './dbFunction.ts';
import { compositeOf, computedOn, isPlainComputed } from './functions.ts';
import { isOrdered } from './type.ts';

/** Applies the directives in a function's comment: `@filterable`, `@sortable` and `@key (a, b)`. */
export function directFunction(
  catalog: Catalog,
  fn: DbFunction,
  directives: readonly Directive[],
  warn: Warn,
): DbFunction {
  let directed = fn;
  for (const { name, argument } of directives) {
    const wrong = (why: string) => warn(`@${name} on function ${fn.signature}: ${why}`);
    if (name === 'key') {
      const key = keyOf(catalog, fn, argument);
      if (typeof key === 'string') wrong(key);
      else directed = { ...directed, key };
    }
    if (name !== 'filterable' && name !== 'sortable') continue;
    if (computedOn(catalog, fn) === null || !isPlainComputed(fn))
      wrong('it applies only to a function that takes one row, needs no other argument and returns one value');
    else if (name === 'filterable') directed = { ...directed, isFilterable: true };
    else if (fn.result.kind === 'value' && !isOrdered(fn.result.type)) wrong('its values have no order');
    else directed = { ...directed, isSortable: true };
  }
  return directed;
}

/** Returns the columns of the result that the directive names, or what is wrong with it. */
function keyOf({ tables }: Catalog, { result, returnsSet }: DbFunction, argument: string): readonly string[] | string {
  const table = result.kind === 'table' && returnsSet && tables.find(({ name }) => name === result.table);
  if (!table) return 'it applies only to a function that returns a set of rows of a table';
  return keyColumns(table, argument);
}

/** Removes the functions that take or return rows of a table that is not served. */
export function withoutOmittedFunctions(catalog: Catalog): Catalog {
  const isServed = (name: string | null | undefined) =>
    name === null || name === undefined || catalog.tables.some((table) => table.name === name);
  const functions = catalog.functions.filter(
    ({ parameters, result }) =>
      parameters.every(({ type }) => isServed(compositeOf(catalog, type)?.table)) &&
      (result.kind !== 'table' || isServed(result.table)),
  );
  return { ...catalog, functions };
}
