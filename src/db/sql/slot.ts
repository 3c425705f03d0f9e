import { isDeepStrictEqual } from 'node:util';

type Variables = Readonly<Record<string, unknown>>;

/** A property of the variables on which a kept statement relies, apart from the values in its slots. */
interface Assumption {
  readonly slot: Slot;
  readonly read: (value: unknown) => unknown;
  readonly found: unknown;
}

/**
 * A placeholder for a value that differs from request to request. Code that reads it like a value throws, so that a
 * statement never contains the data of one request.
 */
export class Slot {
  readonly #slots: Slots;
  readonly #valueFor: (variables: Variables) => unknown;

  constructor(slots: Slots, valueFor: (variables: Variables) => unknown) {
    this.#slots = slots;
    this.#valueFor = valueFor;
  }

  /** Returns the value to bind. */
  valueFor(variables: Variables): unknown {
    return this.#valueFor(variables);
  }

  /** Returns the slot of the changed value. */
  map(change: (value: unknown) => unknown): Slot {
    return new Slot(this.#slots, (variables) => change(this.valueFor(variables)));
  }

  /** Returns the slot of a list in which this slot and others stand for items. */
  listOf(items: readonly unknown[]): Slot {
    return new Slot(this.#slots, (variables) =>
      items.map((item) => (item instanceof Slot ? item.valueFor(variables) : item)),
    );
  }

  /** Reads a property of the value, which must be the same for all values of the slot. */
  property<T>(read: (value: unknown) => T): T {
    return this.#slots.assume(this, read);
  }

  toString(): never {
    throw new Error('A slot was read as a value');
  }

  toJSON(): never {
    return this.toString();
  }
}

/**
 * The slots of something built for certain variables. It also serves other variables for which its assumptions hold.
 */
export class Slots {
  /** The variables of the build, with their values; null once it has ended. */
  #first: Variables | null;
  readonly #assumptions: Assumption[] = [];

  constructor(variables: Variables) {
    this.#first = variables;
  }

  /** Builds something with a slot in the place of each of these variables. */
  static build<T>(variables: Variables, names: Iterable<string>, build: (variables: Variables) => T) {
    const slots = new Slots(variables);
    const given = [...names].map((name) => [name, new Slot(slots, (later) => later[name])] as const);
    const value = build({ ...variables, ...Object.fromEntries(given) });
    slots.#first = null;
    return { value, slots };
  }

  /** Reads a property of a slot's first value, and requires it of all later values. */
  assume<T>(slot: Slot, read: (value: unknown) => T): T {
    if (!this.#first) throw new Error('A property of a slot was read after its statement was built');
    const found = read(slot.valueFor(this.#first));
    this.#assumptions.push({ slot, read, found });
    return found;
  }

  /** Tells whether what was built is right for these variables, too. */
  fit(variables: Variables): boolean {
    try {
      return this.#assumptions.every(({ slot, read, found }) =>
        isDeepStrictEqual(read(slot.valueFor(variables)), found),
      );
    } catch {
      return false; // a value is invalid; whoever reads it reports that
    }
  }
}

/**
 * Replaces each list of values that has a slot among its items by one slot, at any depth of an argument; otherwise code
 * would take the list for one whose items are all known. graphql-js makes input objects without a prototype.
 */
export function withListSlots(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(withListSlots);
    const slot = items.find((item) => item instanceof Slot);
    return slot ? slot.listOf(items) : items;
  }
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, withListSlots(inner)] as const);
  return Object.setPrototypeOf(Object.fromEntries(entries), null);
}

/** Transforms a value: at once, or for each request if it is a slot. */
export const mapped = <T>(given: unknown, change: (value: unknown) => T): T | Slot =>
  given instanceof Slot ? given.map(change) : change(given);

/**
 * Reads a property of a value that decides how a statement is written. With a slot, the statement only serves values
 * with the same property.
 */
export const propertyOf = <T>(given: unknown, read: (value: unknown) => T): T =>
  given instanceof Slot ? given.property(read) : read(given);
