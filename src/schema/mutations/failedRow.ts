import type { DatabaseError } from 'pg';
import { columnOf, type Table } from '../../catalog/catalog.ts';
import { namesIn } from '../../catalog/columnList.ts';
import type { Values } from '../../db/sql/insertInput.ts';
import type { Leaf } from '../leaves.ts';
import type { Types } from '../types.ts';

/** The failed row in an error's detail: the values of a key, or of the whole row. */
export interface FailedRow {
  /** Columns of the key; empty for a whole row. */
  readonly columns: readonly string[];
  /** The values, separated by `, `. */
  readonly values: string | null;
}

/** Reads the details `Key (a, b)=(1, x) ...`, `... contains (a) = (1).` and `... contains (1, x).`, in any language. */
export function failedRowOf({ detail = '', code, constraint }: DatabaseError): FailedRow {
  const [, columns = '', values] = /\((.*?)\) ?= ?\((.*)\)/s.exec(detail) ?? [];
  if (values === undefined) return { columns: [], values: /\((.*)\)/s.exec(detail)?.[1] ?? null };
  // The detail also lists a row's columns if the role may not read all of them.
  if (code === '23502' || (code === '23514' && constraint)) return { columns: [], values };
  return { columns: namesIn(columns), values };
}

/** Returns the positions of the inputs that the error may refer to. */
export function inputsMatching(
  types: Types,
  table: Table,
  inputs: readonly Values[],
  { code, column }: DatabaseError,
  { columns, values }: FailedRow,
): readonly number[] {
  const positions = (isMeant: (row: Values) => boolean) =>
    inputs.flatMap((row, position) => (isMeant(row) ? [position] : []));
  if (code === '23502') return positions((row) => column !== undefined && (row.get(column) ?? null) === null);
  if (values === null || code === '23P01') return [];
  const shown = (row: Values, name: string) => {
    const text = row.get(name);
    return text === undefined ? undefined : text === null ? 'null' : shownAs(types.leaf(columnOf(table, name)), text);
  };
  if (columns.length > 0)
    return positions(
      (row) => columns.every((name) => row.has(name)) && columns.map((name) => shown(row, name)).join(', ') === values,
    );
  return positions((row) => [...row.keys()].every((name) => `, ${values}, `.includes(`, ${shown(row, name)}, `)));
}

/** Converts a client's text to the form in which PostgreSQL shows it in an error's detail. */
function shownAs({ type, isList }: Leaf, text: string): string {
  if (isList) return text;
  if (type === 'UUID') return text.toLowerCase();
  if (type === 'Boolean') return text.charAt(0);
  if (type === 'DateTime') return text.replace('T', ' ').replace('Z', '+00');
  return type === 'LocalDateTime' ? text.replace('T', ' ') : text;
}
