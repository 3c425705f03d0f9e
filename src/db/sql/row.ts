import { LRUCache } from 'lru-cache';
import type { RowBytes } from './rowBytes.ts';

/** A row with every value as PostgreSQL's text, which loses no digit, and each joined row under the symbol of its match. */
export interface Row {
  readonly [column: string]: string | null;
  readonly [joined: symbol]: Row | null;
}

const bytes = Symbol('bytes');
const shape = Symbol('shape');

/** The shape of a statement's rows: each row keeps its bytes as they arrived, and finds its values by column name. */
export class RowShape {
  readonly #places: ReadonlyMap<string, number>;
  readonly #Row: new (
    of: RowBytes,
  ) => object;
  readonly #views = new WeakMap<readonly string[], RowShape>();

  constructor(places: ReadonlyMap<string, number>) {
    this.#places = places;
    this.#Row = class {
      readonly [bytes]: RowBytes;
      constructor(of: RowBytes) {
        this[bytes] = of;
      }
    };
    Object.defineProperty(this.#Row.prototype, shape, { value: this });
    for (const [name, place] of places) Object.defineProperty(this.#Row.prototype, name, getterOf(place));
  }

  row(of: RowBytes): Row {
    return new this.#Row(of) as Row;
  }

  /** Returns the position of a column's text; undefined if there is no such column. */
  placeOf(column: string): number | undefined {
    return this.#places.get(column);
  }

  /** Returns the shape of a row that consists of the columns `names` of a row of this shape, renamed to `columns`. */
  view(names: readonly string[], columns: readonly string[]): RowShape {
    const known = this.#views.get(names);
    if (known) return known;
    const view = new RowShape(placesOf(columns, (i) => this.#places.get(names[i] ?? '') ?? -1));
    this.#views.set(names, view);
    return view;
  }
}

const getterOf = (place: number): PropertyDescriptor & ThisType<{ readonly [bytes]: RowBytes }> => ({
  enumerable: true,
  get() {
    return this[bytes].text(place);
  },
});

/** Returns the position of each name; of two equal names the last one counts. */
const placesOf = (names: readonly string[], placeOf: (i: number) => number) =>
  new Map(names.map((name, i) => [name, placeOf(i)]));

const shapes = new LRUCache<string, RowShape>({ max: 1000 });

/** Returns the shape of rows with these columns, shared by all statements with the same columns. */
export function shapeWith(columns: readonly string[]): RowShape {
  const name = JSON.stringify(columns);
  const found = shapes.get(name) ?? new RowShape(placesOf(columns, (i) => i));
  shapes.set(name, found);
  return found;
}

/** Tells whether a value is a row from a statement. */
export const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && shape in value;

/** Returns the shape of a row from a statement. */
export const shapeOf = (row: Row): RowShape => (row as unknown as { readonly [shape]: RowShape })[shape];

/** Returns the bytes of a row from a statement, including those of joined rows. */
export const bytesOf = (row: Row): RowBytes => (row as unknown as { readonly [bytes]: RowBytes })[bytes];

/** Calculates the length of a row's values, in bytes. */
export const rowSize = (row: Row): number => bytesOf(row).size;

/** Returns the columns of a row with their texts. */
export function entriesOf(row: Row): readonly (readonly [string, string | null])[] {
  const entries: [string, string | null][] = [];
  for (const name in row) entries.push([name, row[name] ?? null]);
  return entries;
}

/** Returns a member of a row or range without its quotes and escapes. */
export const unquoted = (text: string): string =>
  text.startsWith('"') ? text.slice(1, -1).replaceAll(/""|\\(.)/gs, (_, char = '"') => char) : text;

/** Returns a copy of the row with one more value, under a name that no column has. */
export const rowWith = (row: Row, name: string, value: string): Row =>
  Object.assign(Object.create(Object.getPrototypeOf(row)), row, { [name]: value });
