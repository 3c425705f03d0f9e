import { columnOf, type Table } from '../catalog/catalog.ts';
import type { Key } from '../db/sql/match.ts';
import { badInput } from '../errors.ts';
import type { FieldBuilder } from './builder.ts';
import { widerFor } from './filters/beyond.ts';
import { leafInput } from './leafField.ts';
import type { Types } from './types.ts';

/** Creates the arguments for a key of a table, one per column; a name in `taken` gets a `_`. */
export function keyArguments(types: Types, table: Table, columns: readonly string[], taken: readonly string[] = []) {
  const keys = columns.map((name) => {
    const column = columnOf(table, name);
    const argument = types.names.column(table, column);
    return { argument: taken.includes(argument) ? `${argument}_` : argument, column, leaf: types.leaf(column) };
  });
  return {
    define: (t: Pick<FieldBuilder<unknown>, 'arg'>) =>
      Object.fromEntries(
        keys.map(({ argument, leaf }) => [argument, t.arg({ type: leafInput(t.arg, leaf), required: true })]),
      ),
    read: (args: Readonly<Record<string, unknown>>): Key =>
      keys.map(({ argument, column, leaf }) => {
        const text = leaf.write(args[argument]);
        // An out-of-range number must not fail the statement that it shares with other keys.
        if (widerFor(column.type, text)) throw badInput(`"${argument}" is outside the range of its column`);
        return text;
      }),
  };
}
