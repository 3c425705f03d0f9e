import type { SchemaSpec } from './shapes.ts';
import type { TypeMaker } from './types.ts';

/** The values that all statements of a schema share. */
export interface Making {
  readonly schema: string;
  readonly role: string;
  readonly spec: SchemaSpec;
  readonly types: TypeMaker;
  readonly relationName: () => string;
  readonly plainName: () => string;
  readonly mark: string;
}
