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
      wrong(
        'it applies only to a STABLE or IMMUTABLE function that takes one row, needs no other argument and returns one value',
      );
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

/**
 * Removes the functions that take or return rows of a table that is not served, and those to which a row cannot be
 * passed.
 */
export function withoutOmittedFunctions(catalog: Catalog): Catalog {
  const tableNamed = (name: string | null) => catalog.tables.find((table) => table.name === name);
  const isServed = (name: string | null | undefined) => name === null || name === undefined || tableNamed(name);
  const canBePassed = (fn: DbFunction) => {
    const table = tableNamed(computedOn(catalog, fn));
    // A single value is computed by the statement that reads the row. For any other result, the row is found again by its
    // key.
    const isFoundAgain = fn.returnsSet || fn.result.kind !== 'value';
    return !table || (table.wholeRow && (!isFoundAgain || table.primaryKey.length > 0));
  };
  const functions = catalog.functions.filter(
    (fn) =>
      fn.parameters.every(({ type }) => isServed(compositeOf(catalog, type)?.table)) &&
      (fn.result.kind !== 'table' || isServed(fn.result.table)) &&
      canBePassed(fn),
  );
  return { ...catalog, functions };
}
