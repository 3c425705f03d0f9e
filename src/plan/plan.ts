import type { FieldNode } from 'graphql';
import type { Slots } from '../db/sql/slot.ts';
import type { FieldReading } from '../schema/fieldSource.ts';

type Variables = Readonly<Record<string, unknown>>;

/** How an operation is answered: which fields are read and written, and what each of them asks for. */
export interface Plan {
  readonly root: PlannedObject;
  /** How many fields it has. */
  readonly size: number;
  /** Of each field for which that depends on variables, what it asks for. */
  readonly asks: readonly Ask[];
}

/** What a field asks for. */
export interface Ask {
  /** With these variables; throws where it is for the executor to say what is wrong with them. */
  readonly of: (variables: Variables) => unknown;
  /** The same with slots in the place of variables, for all that they fit. */
  readonly kept: { readonly value: unknown; readonly slots: Slots } | null;
}

/** What a document selects of an object. */
export interface PlannedObject {
  readonly type: string;
  readonly fields: readonly PlannedField[];
  /** Those of the fields that are read. */
  readonly read: readonly PlannedField[];
}

/** A field of the response. */
export interface PlannedField {
  readonly key: string;
  /** What stands before its value in JSON. */
  readonly prefix: string;
  readonly nodes: readonly FieldNode[];
  /** What it is called in errors. */
  readonly name: string;
  readonly isRequired: boolean;
  /** Of a list: whether its items may not be null. */
  readonly items: { readonly isRequired: boolean } | null;
  /** `__typename` is known beforehand. */
  readonly constant: string | null;
  readonly reading: FieldReading;
  /** Whether its value is read before any is written, as what is loaded or has fields is. */
  readonly isRead: boolean;
  /** What it asks for, or the place of that among the plan's `asks`; null where it is known. */
  readonly asked: { readonly value: unknown; readonly place: number | null };
  readonly below: Below | null;
}

/** What is selected below a field: one object, or one for each type that it may be of. */
export interface Below {
  /** The only type; null where there are several. */
  readonly only: string | null;
  readonly typeOf: (value: unknown) => string;
  readonly objectOf: (type: string) => PlannedObject;
}

/** Why an operation has no plan. */
export class Unplanned {
  readonly field: string;

  constructor(field: string) {
    this.field = field;
  }
}
