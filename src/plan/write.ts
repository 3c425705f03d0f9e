import { type GraphQLError, locatedError } from 'graphql';
import type { Context } from '../context.ts';
import { tooLarge } from '../db/budget.ts';
import { valuesOfSlice } from '../db/pool/slices.ts';
import type { PlannedField, PlannedObject } from './plan.ts';
import { type AskedOf, type Found, isAbsent, type Level, valueFor } from './read.ts';

/** The outcome of an operation: JSON, or null where an error nulled everything. */
export interface Written {
  readonly data: string | null;
  readonly errors: readonly GraphQLError[];
}

interface Writing {
  readonly askedOf: AskedOf;
  readonly context: Context;
  /** Length of the response, in bytes. */
  readonly longest: number;
}

/**
 * Writes the response from the texts of the rows, with errors and nulls where the executor would have them; yields
 * after each slice. The texts of a list's items are joined at once, since appending them one by one costs the garbage
 * collector twice as much. Throws RESPONSE_TOO_LARGE as soon as that is certain.
 */
export function* writePlanned(
  root: PlannedObject,
  level: Level,
  { askedOf, context, longest }: Writing,
): Generator<void, Written> {
  const errors: GraphQLError[] = [];
  const path: (string | number)[] = [];
  let left = valuesOfSlice;

  function* objectAt({ fields }: PlannedObject, { objects, found }: Level, i: number): Writer {
    let text = '{';
    let read = 0;
    for (const field of fields) {
      const own = field.isRead ? found[read++] : undefined;
      text += field.prefix;
      if (field.constant !== null) text += field.constant;
      else if (own && field.below) text += yield* placed(field.key, field, field.isRequired, branchAt(field, own, i));
      else text += leafAt(field.key, field, field.isRequired, () => leafOf(field, objects[i], own, i));
    }
    if (left <= 0) {
      yield;
      left = valuesOfSlice;
    }
    return `${text}}`;
  }

  function* branchAt(field: PlannedField, found: Found, i: number): Writer {
    const value = found.values[i];
    if (value instanceof Error) throw value;
    if (isAbsent(value)) return null;
    if (!field.items) return yield* belowAt(field, found, value, i);
    const { isRequired } = field.items;
    const start = found.starts[i] ?? 0;
    const texts = createTexts();
    for (let j = 0; j < (value as readonly unknown[]).length; j++)
      texts.add(yield* placed(j, field, isRequired, belowAt(field, found, found.objects[start + j], start + j)));
    return texts.list();
  }

  function* belowAt({ below }: PlannedField, found: Found, object: unknown, i: number): Writer {
    if (object instanceof Error) throw object;
    if (!below || isAbsent(object)) return null;
    const type = below.typeOf(object);
    const level = found.below.get(type);
    if (!level) throw new Error(`An object of ${type} was not read`);
    return yield* objectAt(below.objectOf(type), level, i);
  }

  function leafOf(field: PlannedField, object: unknown, found: Found | undefined, i: number): string | null {
    const value = found ? found.values[i] : valueFor(field, object, askedOf(field), context);
    if (value instanceof Error) throw value;
    if (isAbsent(value)) return null;
    const { leaf } = field.reading;
    if (!leaf) throw new Error(`${field.name} was not read`);
    if (!leaf.items) return written(leaf.json(String(value)));
    const { items } = leaf;
    const texts = createTexts();
    items.of(String(value)).forEach((one, j) => {
      const textOf = () => (one === null ? null : written(items.leaf.json(one)));
      texts.add(leafAt(j, field, field.items?.isRequired ?? false, textOf));
    });
    return texts.list();
  }

  function createTexts() {
    const texts: string[] = [];
    let length = 0;
    return {
      add(text: string) {
        length += text.length;
        if (length > longest) throw new TooLong();
        texts.push(text);
      },
      list: () => `[${texts.join()}]`,
    };
  }

  function leafAt(place: string | number, field: PlannedField, isRequired: boolean, textOf: () => string | null) {
    path.push(place);
    try {
      const text = present(field, isRequired, textOf());
      left -= 1 + text.length / charactersOfValue;
      return text;
    } catch (error) {
      return failed(field, isRequired, error);
    } finally {
      path.pop();
    }
  }

  function* placed(place: string | number, field: PlannedField, isRequired: boolean, writer: Writer) {
    path.push(place);
    try {
      return present(field, isRequired, yield* writer);
    } catch (error) {
      return failed(field, isRequired, error);
    } finally {
      path.pop();
    }
  }

  function failed({ nodes }: PlannedField, isRequired: boolean, error: unknown): string {
    if (error instanceof TooLong) throw error;
    const located = locatedError(error, nodes, [...path]);
    if (isRequired) throw located;
    errors.push(located);
    return 'null';
  }

  try {
    return { data: yield* objectAt(root, level, 0), errors };
  } catch (error) {
    if (error instanceof TooLong) throw tooLarge(`more than ${longest} bytes`);
    return { data: null, errors: [...errors, error as GraphQLError] };
  }
}

/** Writes one part of a response. */
type Writer = Generator<void, string | null>;

/** Number of characters that take as long as one value. */
const charactersOfValue = 256;

/** An error that ends the writing because the response would exceed its limit. */
class TooLong extends Error {}

function present({ name }: PlannedField, isRequired: boolean, text: string | null): string {
  if (text === null && isRequired) throw new Error(`Cannot return null for non-nullable field ${name}.`);
  return text ?? 'null';
}

function written(text: string | Error): string {
  if (text instanceof Error) throw text;
  return text;
}
