import { columnOf, type Table } from '../catalog/catalog.ts';
import type { Key } from '../db/sql/match.ts';
import type { FieldBuilder } from './builder.ts';
import type { Types } from './types.ts';

/** The arguments that take a key of a table, one for each of its columns; a name that is `taken` gets a `_`. */
export function keyArguments(types: Types, table: Table, columns: readonly string[], taken: readonly string[] = []) {
  const keys = columns.map((name) => {
    const column = columnOf(table, name);
    const argument = types.names.column(table, column);
    return { argument: taken.includes(argument) ? `${argument}_` : argument, leaf: types.leaf(column) };
  });
  return {
    define: (t: Pick<FieldBuilder<unknown>, 'arg'>) =>
      Object.fromEntries(
        keys.map(({ argument, leaf }) => [
          argument,
          leaf.isList
            ? t.arg({ type: [leaf.type], required: { list: true, items: false } })
            : t.arg({ type: leaf.type, required: true }),
        ]),
      ),
    read: (args: Readonly<Record<string, unknown>>): Key =>
      keys.map(({ argument, leaf }) => leaf.write(args[argument])),
  };
}
