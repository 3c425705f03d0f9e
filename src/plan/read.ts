import type { Context } from '../context.ts';
import { forEachInSlices, nextSlice } from '../db/pool/slices.ts';
import { AppError, asError } from '../errors.ts';
import type { Ask, Plan, PlannedField, PlannedObject } from './plan.ts';

/** Objects in one place of the response, with what was read for them. */
export interface Level {
  /** The objects, including nulls and errors. */
  readonly objects: readonly unknown[];
  /** Results by the index of the field that was read. */
  readonly found: readonly Found[];
}

/** The values of one field. */
export interface Found {
  /** Values by the index of the parent; an error takes the place of a value that failed. */
  readonly values: readonly unknown[];
  /** Index in `objects` of each parent's first item, for a list. */
  readonly starts: readonly number[];
  readonly objects: readonly unknown[];
  /** Levels by type of the objects. */
  readonly below: ReadonlyMap<string, Level>;
}

export type AskedOf = (field: PlannedField) => unknown;

type Later<T> = T | Promise<T>;

/**
 * Returns what each field asks for with these variables, or the error in the place of its value. Throws if the executor
 * has to report an error in the variables.
 */
export function askWith({ asks }: Plan, variables: Readonly<Record<string, unknown>>): AskedOf {
  const values = asks.map((ask) => askedOrRefused(ask, variables));
  return ({ asked: { value, place } }) => (place === null ? value : values[place]);
}

function askedOrRefused({ of, kept }: Ask, variables: Readonly<Record<string, unknown>>): unknown {
  try {
    return kept?.slots.fit(variables) ? kept.value : of(variables);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

/**
 * Reads what the fields of objects need, level by level; branches do not wait for each other. The loads of a level
 * begin together, so that the loaders combine them into one statement, unless there are very many.
 */
export function readObjects(
  { read }: PlannedObject,
  objects: readonly unknown[],
  askedOf: AskedOf,
  context: Context,
): Later<Level> {
  const found = all(read.map((field) => readField(field, objects, askedOf, context)));
  return then(found, (done) => ({ objects, found: done }));
}

function readField(field: PlannedField, parents: readonly unknown[], askedOf: AskedOf, context: Context): Later<Found> {
  const { below, items } = field;
  const asked = askedOf(field);
  const read: unknown[] = [];
  const readOne = (parent: unknown) =>
    void read.push(isAbsent(parent) ? null : orError(valueFor(field, parent, asked, context)));
  const allRead = then(forEachInSlices(context.borrower, parents, readOne, parentsAtOnce), () =>
    settled(read, context),
  );
  return then(allRead, (values) => {
    if (!below) return { values, starts: [], objects: [], below: new Map() };
    const starts: number[] = [];
    const flat: unknown[] = [];
    for (const value of items ? values : []) {
      starts.push(flat.length);
      if (!isAbsent(value)) for (const item of value as readonly unknown[]) flat.push(orError(item));
    }
    return then(settled(items ? flat : values, context), (objects) => {
      const typeOf = (one: unknown) => below.only ?? below.typeOf(one);
      const names = below.only === null ? new Set(objects.filter((one) => !isAbsent(one)).map(typeOf)) : [below.only];
      const levels = [...names].map((name) => {
        const isOther = (one: unknown) => !isAbsent(one) && typeOf(one) !== name;
        const own = below.only === null ? objects.map((one) => (isOther(one) ? null : one)) : objects;
        return then(readObjects(below.objectOf(name), own, askedOf, context), (level) => [name, level] as const);
      });
      return then(all(levels), (done) => ({ values, starts, objects, below: new Map(done) }));
    });
  });
}

/** Number of parents that share a statement in any case; for more, each slice has its own. */
const parentsAtOnce = 10_000;

/** Reads the value of a field for one parent, or the error in its place. */
export function valueFor({ reading }: PlannedField, parent: unknown, asked: unknown, context: Context): unknown {
  try {
    if (asked instanceof Error) return asked;
    return reading.get(parent, asked, context);
  } catch (error) {
    return asError(error);
  }
}

/** Tells whether there is nothing below a value. */
export const isAbsent = (value: unknown): boolean => value === null || value === undefined || value instanceof Error;

/** Returns a value, or a promise that resolves with the error if it fails: nobody may listen to it yet. */
const orError = (value: unknown): unknown => (isPromise(value) ? value.catch(asError) : value);

/** Resolves all values. What follows very many of them waits for a slice. */
function settled(values: readonly unknown[], { borrower }: Context): Later<readonly unknown[]> {
  const known = all(values);
  return values.length > parentsAtOnce ? nextSlice(borrower).then(() => known) : known;
}

/** Combines results, synchronously if none is a promise: most levels wait for nothing. */
const all = <T>(values: readonly Later<T>[]): Later<readonly T[]> =>
  values.some(isPromise) ? Promise.all(values) : (values as readonly T[]);

const then = <T, R>(value: Later<T>, next: (value: T) => Later<R>): Later<R> =>
  isPromise(value) ? value.then((one) => next(one as T)) : next(value);

const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise;
