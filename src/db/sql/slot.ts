import { isDeepStrictEqual } from 'node:util';

type Variables = Readonly<Record<string, unknown>>;

/** What a statement that is kept was built for, beside the values that its slots get. */
interface Assumption {
  readonly slot: Slot;
  readonly look: (value: unknown) => unknown;
  readonly found: unknown;
}

/**
 * A place in a statement for a value that each request has of its own. Whatever reads it as if it were that value throws,
 * so that a statement never holds what is of one request alone.
 */
export class Slot {
  /** What is to be bound there. */
  readonly valueFor: (variables: Variables) => unknown;
  readonly #slots: Slots;

  constructor(slots: Slots, valueFor: Slot['valueFor']) {
    this.#slots = slots;
    this.valueFor = valueFor;
  }

  map(change: (value: unknown) => unknown): Slot {
    return new Slot(this.#slots, (variables) => change(this.valueFor(variables)));
  }

  look<T>(look: (value: unknown) => T): T {
    return this.#slots.assume(this, look);
  }

  toString(): never {
    throw new Error('A slot was read as a value');
  }

  toJSON(): never {
    return this.toString();
  }
}

/** The slots of what is built for some variables at first, and holds for all in which the same is found. */
export class Slots {
  /** The variables that it is built for, with a slot in the place of each that has one; null when it is built. */
  #first: Variables | null;
  readonly #assumptions: Assumption[] = [];

  constructor(variables: Variables) {
    this.#first = variables;
  }

  /** Builds with a slot in the place of each of these variables. */
  static build<T>(variables: Variables, names: Iterable<string>, build: (variables: Variables) => T) {
    const slots = new Slots(variables);
    const given = [...names].map((name) => [name, new Slot(slots, (later) => later[name])] as const);
    const value = build({ ...variables, ...Object.fromEntries(given) });
    slots.#first = null;
    return { value, slots };
  }

  assume<T>(slot: Slot, look: (value: unknown) => T): T {
    if (!this.#first) throw new Error('A slot was looked at after its statement was built');
    const found = look(slot.valueFor(this.#first));
    this.#assumptions.push({ slot, look, found });
    return found;
  }

  /** Whether what was built is right for these variables too. */
  fit(variables: Variables): boolean {
    try {
      return this.#assumptions.every(({ slot, look, found }) =>
        isDeepStrictEqual(look(slot.valueFor(variables)), found),
      );
    } catch {
      return false; // a value is wrong, which is for whoever reads it to say
    }
  }
}

/** What a value becomes: at once, or in each request where it is a slot. */
export const mapped = <T>(given: unknown, change: (value: unknown) => T): T | Slot =>
  given instanceof Slot ? given.map(change) : change(given);

/** Finds in a value what decides how a statement is written; with a slot for it the statement serves only values in which the same is found. */
export const looked = <T>(given: unknown, look: (value: unknown) => T): T =>
  given instanceof Slot ? given.look(look) : look(given);
