import type { Arrival } from '../catalog/arrival.ts';
import type { Table } from '../catalog/catalog.ts';
import { decodeOpaque, encodeOpaque, excerpt, fingerprint } from '../db/sql/opaque.ts';
import type { Row } from '../db/sql/row.ts';
import type { Place } from '../db/sql/tail.ts';
import { badInput } from '../errors.ts';

/** The point up to which a client has read. */
export interface Position {
  readonly place: Place;
  /** Values of the order's first column, beyond the place, whose rows a list has already shown to the client. */
  readonly seen: readonly Range[];
}

/** A range with both ends included. */
type Range = readonly [from: bigint, to: bigint];

/** A position, and the history of the server to which it belongs. */
export interface Cursor {
  readonly history: string;
  readonly position: Position;
}

/** The tail to which a cursor belongs. */
interface Tail {
  readonly table: Table;
  readonly arrival: Arrival;
}

/** Encodes a position in a table's order of arrival as an opaque text. */
export const encodeTailCursor = (tail: Tail, { history, position: { place, seen } }: Cursor): string =>
  encodeOpaque([tailFingerprint(tail), history, place, seen.flat().map(String)]);

/** Decodes a cursor; throws BAD_USER_INPUT if it is malformed or belongs to another tail. */
export function decodeTailCursor(cursor: string, tail: Tail): Cursor {
  const broken = () => badInput(`${excerpt(cursor)} is not a cursor of a live tail`);
  const parts = decodeOpaque(cursor);
  if (parts?.length !== 4) throw broken();
  const [of, history, place, ends] = parts;
  if (of !== tailFingerprint(tail))
    throw badInput(
      "The cursor belongs to another table, or this one has a new order of arrival: start again with the list's liveCursor",
    );
  if (typeof history !== 'string' || !areTexts(place) || !areTexts(ends)) throw broken();
  const numbers = [...place.slice(0, 1), ...ends];
  const fits = [0, 1, tail.arrival.columns.length].includes(place.length) && ends.length % 2 === 0;
  if (!fits || ends.length > 2 * maxRanges || !numbers.every((text) => /^-?\d{1,20}$/.test(text))) throw broken();
  const seen = ends.flatMap((from, i) => (i % 2 === 0 ? [[BigInt(from), BigInt(ends[i + 1] ?? from)] as const] : []));
  return { history, position: { place, seen } };
}

/** Returns a short text that two tails only share if their tables and orders are equal. */
const tailFingerprint = ({ table, arrival }: Tail): string =>
  fingerprint([table.name, arrival.kind, ...arrival.columns]);

/** Returns the place after a row. */
export const placeAfter = (row: Row, { columns }: Arrival): Place => columns.map((name) => row[name] ?? '');

export const samePlace = (a: Place, b: Place): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

/**
 * Tells whether a place certainly lies before another; false for two places within one transaction, where only
 * PostgreSQL knows the order of the keys.
 */
export function isBefore(place: Place, other: Place): boolean {
  const [[a], [b]] = [place, other];
  if (a === undefined || b === undefined) return b !== undefined;
  return a === b ? place.length > 1 && other.length === 1 : BigInt(a) < BigInt(b);
}

/**
 * Moves a position to a later place. If that lies within a transaction, the client may already have some of the
 * transaction's remaining rows, so its range is kept.
 */
export const advance = ({ seen }: Position, place: Place): Position => {
  const [value, ...within] = place;
  if (value === undefined) return { place, seen };
  const isAhead = (to: bigint) => to > BigInt(value) || (within.length > 0 && to === BigInt(value));
  return { place, seen: seen.filter(([, to]) => isAhead(to)) };
};

/** Returns the rows that the client has not seen. */
export const unseen = ({ seen }: Position, rows: readonly Row[], { columns: [first = ''] }: Arrival): readonly Row[] =>
  seen.length === 0
    ? rows
    : rows.filter((row) => {
        const value = BigInt(row[first] ?? 0);
        return !seen.some(([from, to]) => from <= value && value <= to);
      });

/** Limit of ranges in a cursor, since each row is compared with all of them. */
const maxRanges = 500;

/** Combines ascending values into ranges; null if the cursor would become too long. */
export function rangesOf(values: readonly bigint[]): readonly Range[] | null {
  const ranges: Range[] = [];
  for (const value of values) {
    const last = ranges.at(-1);
    if (last && last[1] + 1n === value) ranges[ranges.length - 1] = [last[0], value];
    else ranges.push([value, value]);
  }
  return ranges.length > maxRanges ? null : ranges;
}

const areTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
