import type { FieldNode } from 'graphql';
import type { RowShape } from '../db/sql/row.ts';
import type { Slots } from '../db/sql/slot.ts';
import type { FieldReading } from '../schema/fieldSource.ts';

type Variables = Readonly<Record<string, unknown>>;

/** A compiled operation: which fields are read and written, and what each asks for. */
export interface Plan {
  readonly root: PlannedObject;
  /** Number of fields. */
  readonly size: number;
  /** The demands that depend on variables. */
  readonly asks: readonly Ask[];
}

/** A demand: what a field asks the loaders for. */
export interface Ask {
  /** Returns the demand for these variables; throws if the executor must report an error in them. */
  readonly of: (variables: Variables) => unknown;
  /** The demand with slots in place of variables, for all variables that fit; null if it cannot have slots. */
  readonly kept: { readonly value: unknown; readonly slots: Slots } | null;
}

/** The selection on an object. */
export interface PlannedObject {
  readonly type: string;
  readonly fields: readonly PlannedField[];
  /** The fields that are read. */
  readonly read: readonly PlannedField[];
  /** The places of the fields' columns in its rows. */
  readonly columns: ColumnPlaces;
}

/** A field of the response. */
export interface PlannedField {
  readonly key: string;
  /** JSON before the field's value. */
  readonly prefix: string;
  readonly nodes: readonly FieldNode[];
  /** The field's name in errors. */
  readonly name: string;
  readonly isRequired: boolean;
  /** The items of a list, which are non-null if `isRequired`; null if the field is no list. */
  readonly items: { readonly isRequired: boolean } | null;
  /** JSON of the value if that is always the same, as for `__typename`. */
  readonly constant: string | null;
  readonly reading: FieldReading;
  /** Column whose text is the field's value, if the field needs nothing else. */
  readonly column: string | undefined;
  /** True if the field is read before anything is written, because it is loaded or has a selection. */
  readonly isRead: boolean;
  /** The field's demand; if that depends on variables, the index of the demand in the plan's `asks` instead. */
  readonly asked: { readonly value: unknown; readonly place: number | null };
  readonly below: Below | null;
}

/** The places of the columns of an object's fields in its rows, which usually have the same shape. */
export class ColumnPlaces {
  readonly #fields: readonly Pick<PlannedField, 'column'>[];
  #shape: RowShape | undefined;
  #places: readonly (number | undefined)[] = [];

  constructor(fields: readonly Pick<PlannedField, 'column'>[]) {
    this.#fields = fields;
  }

  /** Returns a place for each field; undefined for a field that is not only a column. */
  in(shape: RowShape): readonly (number | undefined)[] {
    if (shape === this.#shape) return this.#places;
    this.#shape = shape;
    this.#places = this.#fields.map(({ column }) => (column === undefined ? undefined : shape.placeOf(column)));
    return this.#places;
  }
}

/** The selection below a field: on one type, or on each possible type. */
export interface Below {
  /** The only type; null if there are several. */
  readonly only: string | null;
  /** True if there is only one type, and no list of objects further below. */
  readonly isFlat: boolean;
  readonly typeOf: (value: unknown) => string;
  readonly objectOf: (type: string) => PlannedObject;
}

/** The reason why an operation has no plan. */
export class Unplanned {
  /** The field, the kind of operation, or the error that prevents a plan. */
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}
