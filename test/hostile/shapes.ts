import fc from 'fast-check';
import { anyName } from '../support/anyName.ts';
import { type FunctionKind, functionKinds } from './model.ts';
import { anyType, type TypeSpec } from './types.ts';

/** The ways in which a table stores or guards its rows. */
const storages = ['plain', 'range', 'list', 'hash', 'heirs', 'secured', 'triggered'] as const;
/** The source of a column's value that an INSERT omits. */
const sources = ['none', 'default', 'generated', 'always', 'by default'] as const;
const keyKinds = ['primary', 'unique', 'index', 'nullable', 'partial', 'expression', 'deferred'] as const;
const comments = ['none', 'text', 'name', 'deprecated', 'omit', 'unknown'] as const;
const grants = ['all', 'read', 'columns'] as const;
/** The reason why a function is exposed, or why it is not. */
const exposures = ['directive', 'grant', 'nothing', 'withheld'] as const;
/** The columns that `@key` names on a function of rows. */
const functionKeys = ['none', 'mark', 'mark and another', 'unknown'] as const;
const overloads = ['none', 'shorter', 'different'] as const;
const views = ['view', 'keyed view', 'materialized', 'empty'] as const;

export type CommentKind = (typeof comments)[number];

export interface ColumnSpec {
  readonly type: TypeSpec;
  readonly nullable: boolean;
  readonly source: (typeof sources)[number];
  readonly collation: 'none' | 'C' | 'loose';
  readonly comment: CommentKind;
}

export interface KeySpec {
  readonly kind: (typeof keyKinds)[number];
  /** Positions of the columns, modulo their number. */
  readonly columns: readonly number[];
  readonly comment: CommentKind;
}

/** A foreign key to the same table or to an earlier one. */
export interface ReferenceSpec {
  readonly to: number;
  readonly key: number;
  readonly nullable: boolean;
  readonly comment: CommentKind;
}

export interface TableSpec {
  readonly storage: (typeof storages)[number];
  readonly columns: readonly ColumnSpec[];
  readonly keys: readonly KeySpec[];
  readonly references: readonly ReferenceSpec[];
  readonly views: readonly (typeof views)[number][];
  /** Numbers that choose each row's values among those of the types, or null. */
  readonly rows: readonly (readonly number[])[];
  readonly grant: (typeof grants)[number];
  readonly hidden: readonly number[];
  readonly comment: CommentKind;
}

export interface FunctionSpec {
  readonly kind: FunctionKind;
  /** Position of the table whose rows it takes or returns, modulo their number. */
  readonly table: number;
  readonly type: TypeSpec;
  readonly exposed: (typeof exposures)[number];
  readonly overload: (typeof overloads)[number];
  readonly key: (typeof functionKeys)[number];
  readonly language: 'sql' | 'plpgsql';
  /** True if a value is required; for a function of rows, true if it has another argument with a default. */
  readonly isStrict: boolean;
}

/** A schema, and the seed of what the crawl asks about it. */
export interface SchemaSpec {
  /** Names for everything in the schema, given out in turn. */
  readonly names: readonly string[];
  readonly enums: readonly (readonly string[])[];
  readonly tables: readonly TableSpec[];
  readonly functions: readonly FunctionSpec[];
  /** Seed of the crawl's choices: values, operators, orders and page sizes. */
  readonly choices: number;
}

/** Chooses the first item most of the time. */
const mostly = <T>(items: readonly [T, ...T[]], weight: number): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: fc.constant(items[0]) }, { weight: 1, arbitrary: fc.constantFrom(...items) });

const column: fc.Arbitrary<ColumnSpec> = fc.record({
  type: anyType,
  nullable: fc.boolean(),
  source: mostly(sources, 4),
  collation: fc.constantFrom('none', 'C', 'loose'),
  comment: mostly(comments, 6),
});

const key: fc.Arbitrary<KeySpec> = fc.record({
  kind: fc.constantFrom(...keyKinds, 'primary', 'primary'),
  columns: fc.array(fc.nat({ max: 7 }), { minLength: 1, maxLength: 3 }),
  comment: mostly(comments, 6),
});

const reference: fc.Arbitrary<ReferenceSpec> = fc.record({
  to: fc.nat({ max: 7 }),
  key: fc.nat({ max: 3 }),
  nullable: fc.boolean(),
  comment: mostly(comments, 6),
});

const table: fc.Arbitrary<TableSpec> = fc.record({
  storage: mostly(storages, 1),
  columns: fc.array(column, { minLength: 1, maxLength: 5 }),
  keys: fc.array(key, { maxLength: 3 }),
  references: fc.array(reference, { maxLength: 2 }),
  views: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(fc.constantFrom(...views), { maxLength: 1 })),
  rows: fc.array(fc.array(fc.nat({ max: 99 }), { minLength: 8, maxLength: 8 }), { maxLength: 9 }),
  grant: mostly(grants, 1),
  hidden: fc.array(fc.nat({ max: 7 }), { maxLength: 2 }),
  comment: mostly(comments, 6),
});

const fn: fc.Arbitrary<FunctionSpec> = fc.record({
  kind: fc.constantFrom(...functionKinds),
  table: fc.nat({ max: 7 }),
  type: anyType,
  exposed: mostly(exposures, 4),
  overload: fc.constantFrom(...overloads),
  key: fc.constantFrom(...functionKeys),
  language: fc.constantFrom('sql', 'plpgsql'),
  isStrict: fc.boolean(),
});

const label = anyName.filter((name) => Buffer.byteLength(name) <= 63);

export const anySchema: fc.Arbitrary<SchemaSpec> = fc.record({
  names: fc.uniqueArray(anyName, { minLength: 4, maxLength: 24 }),
  enums: fc.array(fc.uniqueArray(label, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 2 }),
  tables: fc.array(table, { minLength: 1, maxLength: 4 }),
  functions: fc.array(fn, { maxLength: 5 }),
  choices: fc.nat({ max: 1_000_000 }),
});
