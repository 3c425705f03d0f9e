import { type GraphQLError, locatedError } from 'graphql';
import type { Context } from '../context.ts';
import { tooLarge } from '../db/budget.ts';
import type { PlannedField, PlannedObject } from './plan.ts';
import { type AskedOf, type Found, isAbsent, type Level, valueFor } from './read.ts';

/** What became of an operation: JSON, null where an error took all of it. */
export interface Written {
  readonly data: string | null;
  readonly errors: readonly GraphQLError[];
}

interface Writing {
  readonly askedOf: AskedOf;
  readonly context: Context;
  /** Of the response, in bytes. */
  readonly longest: number;
}

/**
 * Writes the response from the texts of the rows, with errors and nulls where the executor would have them. A list is
 * joined of its items' texts at once: appended one by one they would cost the collector twice as much. Throws
 * RESPONSE_TOO_LARGE as soon as that is certain.
 */
export function writePlanned(root: PlannedObject, level: Level, { askedOf, context, longest }: Writing): Written {
  const errors: GraphQLError[] = [];
  const path: (string | number)[] = [];

  function objectAt({ fields }: PlannedObject, { objects, found }: Level, i: number): string {
    let text = '{';
    let read = 0;
    for (const field of fields)
      text +=
        field.prefix + (field.constant ?? fieldAt(field, objects[i], field.isRead ? found[read++] : undefined, i));
    return `${text}}`;
  }

  function fieldAt(field: PlannedField, object: unknown, found: Found | undefined, i: number): string {
    path.push(field.key);
    try {
      const value = found ? found.values[i] : valueFor(field, object, askedOf(field), context);
      return present(field, field.isRequired, valueAt(field, value, found, i));
    } catch (error) {
      return failed(field, field.isRequired, error);
    } finally {
      path.pop();
    }
  }

  function valueAt(field: PlannedField, value: unknown, found: Found | undefined, i: number): string | null {
    if (value instanceof Error) throw value;
    if (isAbsent(value)) return null;
    const { leaf } = field.reading;
    if (leaf?.items) {
      const { items } = leaf;
      return listOf(field, items.of(String(value)), (one) => (one === null ? null : written(items.leaf.json(one))));
    }
    if (leaf) return written(leaf.json(String(value)));
    if (!found) throw new Error(`${field.name} was not read`);
    if (!field.items) return belowAt(field, found, value, i);
    const start = found.starts[i] ?? 0;
    return listOf(field, value as readonly unknown[], (_, j) =>
      belowAt(field, found, found.objects[start + j], start + j),
    );
  }

  function listOf<T>(field: PlannedField, items: readonly T[], textOf: (item: T, j: number) => string | null): string {
    const isRequired = field.items?.isRequired ?? false;
    let length = 0;
    const texts: string[] = [];
    for (let j = 0; j < items.length; j++) {
      const text = itemAt(field, isRequired, j, () => textOf(items[j] as T, j));
      length += text.length;
      if (length > longest) throw new TooLong();
      texts.push(text);
    }
    return `[${texts.join()}]`;
  }

  function itemAt(field: PlannedField, isRequired: boolean, j: number, textOf: () => string | null): string {
    path.push(j);
    try {
      return present(field, isRequired, textOf());
    } catch (error) {
      return failed(field, isRequired, error);
    } finally {
      path.pop();
    }
  }

  function belowAt({ below }: PlannedField, found: Found, object: unknown, i: number): string | null {
    if (object instanceof Error) throw object;
    if (!below || isAbsent(object)) return null;
    const type = below.typeOf(object);
    const level = found.below.get(type);
    if (!level) throw new Error(`An object of ${type} was not read`);
    return objectAt(below.objectOf(type), level, i);
  }

  function failed({ nodes }: PlannedField, isRequired: boolean, error: unknown): string {
    if (error instanceof TooLong) throw error;
    const located = locatedError(error, nodes, [...path]);
    if (isRequired) throw located;
    errors.push(located);
    return 'null';
  }

  try {
    return { data: objectAt(root, level, 0), errors };
  } catch (error) {
    if (error instanceof TooLong) throw tooLarge(`more than ${longest} bytes`);
    return { data: null, errors: [...errors, error as GraphQLError] };
  }
}

/** Ends the writing: the response would be longer than it may. */
class TooLong extends Error {}

function present({ name }: PlannedField, isRequired: boolean, text: string | null): string {
  if (text === null && isRequired) throw new Error(`Cannot return null for non-nullable field ${name}.`);
  return text ?? 'null';
}

function written(text: string | Error): string {
  if (text instanceof Error) throw text;
  return text;
}
