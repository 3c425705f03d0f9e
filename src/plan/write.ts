import { type GraphQLError, locatedError } from 'graphql';
import type { Context } from '../context.ts';
import { tooLarge } from '../db/budget.ts';
import { isSliceOver } from '../db/pool/slices.ts';
import { bytesOf, isRow, shapeOf } from '../db/sql/row.ts';
import { ItemTexts, TooLong } from './itemTexts.ts';
import type { PlannedField, PlannedObject } from './plan.ts';
import { type AskedOf, type Found, isAbsent, type Level, valueFor } from './read.ts';

/** The outcome of an operation: JSON, or null if an error nulled everything. */
export interface Written {
  readonly data: string | null;
  readonly errors: readonly GraphQLError[];
}

interface Writing {
  readonly askedOf: AskedOf;
  readonly context: Context;
  /** Maximum length of a list, and of all values together, in characters. */
  readonly longest: number;
}

/**
 * Writes the response from the texts of the rows, with errors and nulls where the executor would have them; yields at
 * the end of each slice, which may be after any list item. Texts are concatenated rather than joined, because joining a
 * list would flatten each item first. Throws RESPONSE_TOO_LARGE once a list, or all values together, exceed the limit.
 */
export function* writePlanned(root: PlannedObject, level: Level, writing: Writing): Generator<void, Written> {
  const response = new ResponseWriter(writing);
  const { errors } = response;
  try {
    return { data: yield* response.object(root, level, 0), errors };
  } catch (error) {
    if (error instanceof TooLong) throw tooLarge(`more than ${writing.longest} bytes`);
    return { data: null, errors: [...errors, error as GraphQLError] };
  }
}

/**
 * Writes the parts of one response. It is a class, because generators declared within a function would be created for
 * each response, and V8 gives each of them a prototype when it is first called.
 */
class ResponseWriter {
  readonly errors: GraphQLError[] = [];
  readonly #writing: Writing;
  readonly #path: (string | number)[] = [];
  /** Items and values until the next look at the clock. */
  #left = valuesAtOnce;
  /** Length of all values written so far. */
  #length = 0;

  constructor(writing: Writing) {
    this.#writing = writing;
  }

  *object({ fields }: PlannedObject, { objects, found }: Level, i: number): Writer {
    let text = '{';
    let read = 0;
    for (const field of fields) {
      const own = field.isRead ? found[read++] : undefined;
      text += field.prefix;
      if (own && field.below && !isFlat(field))
        text += yield* this.#placedInSlices(field.key, field, field.isRequired, this.#branch(field, own, i));
      else text += this.#field(field, objects[i], own, i);
    }
    return `${text}}`;
  }

  /** Writes an object that has no lists of objects, without pausing. */
  #flat({ fields, columns }: PlannedObject, { objects, found }: Level, i: number): string {
    const object = objects[i];
    const row = isRow(object) ? object : null;
    const bytes = row && bytesOf(row);
    const places = row ? columns.in(shapeOf(row)) : [];
    let text = '{';
    let read = 0;
    for (let n = 0; n < fields.length; n++) {
      const field = fields[n] as PlannedField;
      const place = places[n];
      const own = field.isRead ? found[read++] : undefined;
      const json = place === undefined || !bytes ? null : this.#column(field, bytes.text(place));
      text += field.prefix + (json ?? this.#field(field, object, own, i));
    }
    return `${text}}`;
  }

  /** Writes a column's text; null if only `#field` can do so. */
  #column({ reading: { leaf } }: PlannedField, text: string | null): string | null {
    if (text === null || !leaf || leaf.items) return null;
    const json = leaf.json(text);
    return typeof json === 'string' ? this.#counted(json) : null;
  }

  *#branch(field: PlannedField, found: Found, i: number): Writer {
    const value = valueIn(found, i);
    if (value === null) return null;
    if (!field.items) return yield* this.#below(field, found, value, i);
    const { isRequired } = field.items;
    const start = found.starts[i] ?? 0;
    const texts = new ItemTexts(this.#writing.longest);
    for (let j = 0; j < (value as readonly unknown[]).length; j++) {
      const [at, object] = [start + j, found.objects[start + j]];
      texts.append(
        field.below?.isFlat
          ? this.#placed(j, field, isRequired, () => this.#flatBelow(field, found, object, at))
          : yield* this.#placedInSlices(j, field, isRequired, this.#below(field, found, object, at)),
      );
      if (--this.#left > 0) continue;
      if (isSliceOver()) yield;
      this.#left = valuesAtOnce;
    }
    return texts.list();
  }

  *#below(field: PlannedField, found: Found, object: unknown, i: number): Writer {
    const below = levelOf(field, found, object);
    return below && (yield* this.object(below.object, below.level, i));
  }

  #flatBelow(field: PlannedField, found: Found, object: unknown, i: number): string | null {
    const below = levelOf(field, found, object);
    return below && this.#flat(below.object, below.level, i);
  }

  /** Writes a leaf, mostly straight from its text, or an object without lists of objects. */
  #field(field: PlannedField, object: unknown, own: Found | undefined, i: number): string {
    if (field.constant !== null) return field.constant;
    const { leaf } = field.reading;
    if (leaf && !leaf.items) {
      const value = this.#valueOf(field, object, own, i);
      const text = typeof value === 'string' ? leaf.json(value) : null;
      if (typeof text === 'string') return this.#counted(text);
    }
    return this.#placed(field.key, field, field.isRequired, () =>
      own && field.below ? this.#flatBelow(field, own, valueIn(own, i), i) : this.#leaf(field, object, own, i),
    );
  }

  #leaf(field: PlannedField, object: unknown, own: Found | undefined, i: number): string | null {
    const value = this.#valueOf(field, object, own, i);
    if (value instanceof Error) throw value;
    if (isAbsent(value)) return null;
    const { leaf } = field.reading;
    if (!leaf) throw new Error(`${field.name} was not read`);
    if (!leaf.items) return this.#counted(written(leaf.json(String(value))));
    const { items } = leaf;
    const texts = new ItemTexts(this.#writing.longest);
    items.of(String(value)).forEach((one, j) => {
      const textOf = () => (one === null ? null : this.#counted(written(items.leaf.json(one))));
      texts.append(this.#placed(j, field, field.items?.isRequired ?? false, textOf));
    });
    return texts.list();
  }

  #valueOf(field: PlannedField, object: unknown, own: Found | undefined, i: number): unknown {
    const { askedOf, context } = this.#writing;
    return own ? own.values[i] : valueFor(field, object, askedOf(field), context);
  }

  #counted(text: string): string {
    this.#left -= 1 + text.length / charactersOfValue;
    this.#length += text.length;
    if (this.#length > this.#writing.longest) throw new TooLong();
    return text;
  }

  #placed(place: string | number, field: PlannedField, isRequired: boolean, textOf: () => string | null): string {
    this.#path.push(place);
    try {
      return present(field, isRequired, textOf());
    } catch (error) {
      return this.#failed(field, isRequired, error);
    } finally {
      this.#path.pop();
    }
  }

  *#placedInSlices(
    place: string | number,
    field: PlannedField,
    isRequired: boolean,
    writer: Writer,
  ): Generator<void, string> {
    this.#path.push(place);
    try {
      return present(field, isRequired, yield* writer);
    } catch (error) {
      return this.#failed(field, isRequired, error);
    } finally {
      this.#path.pop();
    }
  }

  #failed({ nodes }: PlannedField, isRequired: boolean, error: unknown): string {
    if (error instanceof TooLong) throw error;
    this.#left -= valuesOfError;
    const located = locatedError(error, nodes, [...this.#path]);
    if (isRequired) throw located;
    this.errors.push(located);
    return 'null';
  }
}

/** Writes one part of a response. */
type Writer = Generator<void, string | null>;

/** Number of values that are written between two looks at the clock. They take less than a millisecond. */
const valuesAtOnce = 100;

/** Number of values that take as long as one error, which has a stack. */
const valuesOfError = 20;

/** Number of characters that take as long as one value. */
const charactersOfValue = 256;

/** Tells whether a field is written without pausing. */
const isFlat = ({ below, items }: PlannedField): boolean => !below || (!items && below.isFlat);

/** Returns the value that was read for one parent; null if there is none. */
function valueIn({ values }: Found, i: number): unknown {
  const value = values[i];
  if (value instanceof Error) throw value;
  return isAbsent(value) ? null : value;
}

/** Returns the selection on an object and what was read for it; null if there is none. */
function levelOf({ below }: PlannedField, found: Found, object: unknown) {
  if (object instanceof Error) throw object;
  if (!below || isAbsent(object)) return null;
  const type = below.typeOf(object);
  const level = found.below.get(type);
  if (!level) throw new Error(`An object of ${type} was not read`);
  return { object: below.objectOf(type), level };
}

function present({ name }: PlannedField, isRequired: boolean, text: string | null): string {
  if (text === null && isRequired) throw new Error(`Cannot return null for non-nullable field ${name}.`);
  return text ?? 'null';
}

function written(text: string | Error): string {
  if (text instanceof Error) throw text;
  return text;
}
