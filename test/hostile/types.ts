import fc from 'fast-check';
import pg from 'pg';
import { type Builtin, builtins, extended, type Family } from './builtins.ts';

/** The specification of a column's type: a built-in type, or one that the schema derives from others. */
export type TypeSpec =
  | { readonly kind: 'builtin' | 'enum'; readonly n: number }
  | { readonly kind: 'array' | 'domain' | 'range'; readonly of: TypeSpec }
  | { readonly kind: 'row'; readonly members: readonly TypeSpec[] };

/** A column's type as it is declared, with the expectations for the API. */
export interface HostileType {
  /** The type as declared for a column; `base` is the type behind all domains, to which values are cast. */
  readonly sql: string;
  readonly base: string;
  /** Name under which the coverage counts the type. */
  readonly what: string;
  readonly family: Family;
  /** Scalar in the API, or the labels of the enum; for a list, those of its items. */
  readonly scalar: string | readonly string[];
  readonly isList: boolean;
  readonly form: string;
  readonly ordered: boolean;
  readonly isRow: boolean;
  readonly delimiter: string;
  readonly values: readonly string[];
}

/** Types with operators of their own, which are chosen more often. */
const favoured = builtins.flatMap(({ family }, n) => (family === 'order' || family === 'equality' ? [] : [n]));
const builtin: fc.Arbitrary<TypeSpec> = fc.record({
  kind: fc.constant('builtin'),
  n: fc.oneof(fc.nat({ max: 1000 }), fc.constantFrom(...favoured)),
});
const enumeration: fc.Arbitrary<TypeSpec> = fc.record({ kind: fc.constant('enum'), n: fc.nat({ max: 1 }) });
const simple = fc.oneof({ weight: 4, arbitrary: builtin }, { weight: 1, arbitrary: enumeration });
const made = (of: fc.Arbitrary<TypeSpec>): fc.Arbitrary<TypeSpec> =>
  fc.oneof(
    { weight: 3, arbitrary: of },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('domain'), of }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('array'), of }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('row'), members: fc.array(of, { minLength: 1, maxLength: 2 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('range'), of }) },
  );

export const anyType: fc.Arbitrary<TypeSpec> = fc.oneof(
  { weight: 3, arbitrary: simple },
  { weight: 2, arbitrary: made(simple) },
  { weight: 1, arbitrary: made(made(simple)) },
);

export const builtinCalled = (sql: string): TypeSpec => ({
  kind: 'builtin',
  n: builtins.findIndex((type) => type.sql === sql),
});

/** Makes a schema's types when they are first needed; `statements` is the DDL for them. */
export interface TypeMaker {
  readonly of: (spec: TypeSpec) => HostileType;
  readonly statements: readonly string[];
}

interface MakerOptions {
  readonly schema: string;
  readonly enums: readonly (readonly string[])[];
  /** Returns a quoted name that no other type has. */
  readonly freshName: () => string;
  readonly hasExtensions: boolean;
}

const literal = pg.escapeLiteral;

export function createTypeMaker({ schema, enums, freshName, hasExtensions }: MakerOptions): TypeMaker {
  const statements: string[] = [];
  const known = new Map<string, HostileType>();
  const available = hasExtensions ? [...builtins, ...extended, ...extended, ...extended] : builtins;

  const make = (spec: TypeSpec): HostileType => {
    switch (spec.kind) {
      case 'builtin':
        return ofBuiltin(available[spec.n % available.length] as Builtin);
      case 'enum': {
        const labels = enums[spec.n % enums.length] ?? [];
        const name = create((name) => `create type ${name} as enum (${labels.map(literal).join(', ')})`);
        return { ...plain, sql: name, base: name, what: 'enum', family: 'order', scalar: labels, values: labels };
      }
      case 'domain': {
        const of = typeOf(spec.of);
        const name = create((name) => `create domain ${name} as ${of.sql} check (value is null or true)`);
        return { ...of, sql: name, what: `domain(${of.what})` };
      }
      case 'array':
        return arrayOf(typeOf(spec.of));
      case 'row':
        return rowOf(spec.members.map(typeOf));
      case 'range':
        return rangeOf(typeOf(spec.of));
    }
  };
  const typeOf = (spec: TypeSpec): HostileType => {
    const key = JSON.stringify(spec);
    const type = known.get(key) ?? make(spec);
    known.set(key, type);
    return type;
  };
  const create = (statement: (name: string) => string): string => {
    const name = `${schema}.${freshName()}`;
    statements.push(statement(name));
    return name;
  };
  const rowOf = (members: readonly HostileType[]): HostileType => {
    const name = create(
      (name) => `create type ${name} as (${members.map((member, i) => `"m ${i}" ${member.sql}`).join(', ')})`,
    );
    const nth = (n: number) => rowText(members.map(({ values }) => values[n % values.length] ?? null));
    const comparable = members.every(({ form }) => form === '');
    return {
      ...plain,
      ...{ sql: name, base: name, what: 'row', isRow: true, scalar: 'String' },
      ...{ form: comparable ? '' : '::text', ordered: members.every(({ ordered }) => ordered) },
      family: members.every(({ ordered }) => ordered) ? 'order' : 'equality',
      values: [nth(0), nth(1), rowText(members.map(() => null))],
    };
  };
  /**
   * Makes a range over a type. PostgreSQL must be able to sort and hash it, or joins of the ranges may fail; other
   * types are returned unchanged.
   */
  const rangeOf = (of: HostileType): HostileType => {
    const isHashed = of.scalar !== 'String' || of.family === 'text';
    if (!of.ordered || !isHashed || of.isList || of.isRow || of.what.includes('domain')) return of;
    const name = create((name) => `create type ${name} as range (subtype = ${of.base})`);
    return {
      ...plain,
      ...{ sql: name, base: name, what: 'range', family: 'range', scalar: 'String', values: ['empty', '(,)'] },
    };
  };
  return { of: typeOf, statements };
}

const plain = { isList: false, isRow: false, form: '', ordered: true, delimiter: ',' } as const;

const ofBuiltin = ({ sql, base, scalar, family, form, ordered, delimiter, values }: Builtin): HostileType => ({
  ...plain,
  ...{ sql, base, what: sql, family, scalar, form, ordered, delimiter, values },
});

/** Tells whether the API can show a text as an item of a list: not JSON's null, nor a number that JSON lacks. */
const hasForm = (text: string) => !/^(null|NaN|-?Infinity)$/.test(text);

/**
 * Makes an array. An array of arrays is just one with more dimensions; only with a domain in between are the items
 * arrays, which the API shows as text.
 */
function arrayOf(item: HostileType): HostileType {
  if (item.isList && !item.what.startsWith('domain')) return item;
  const some = item.values.filter(hasForm).slice(0, 3);
  const textOf = (items: readonly (string | null)[]) => arrayText(items, item.delimiter);
  return {
    ...plain,
    ...{ sql: `${item.sql}[]`, base: `${item.sql}[]`, what: `${item.what}[]`, family: 'list', isList: true },
    ...{ scalar: item.isList ? 'String' : item.scalar, ordered: item.ordered },
    form: item.form === '' ? '' : `${item.form.replace('[]', '')}[]`,
    values: [textOf(some), '{}', textOf([...some.slice(0, 1), null]), textOf(some.slice(-1))],
  };
}

const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
const arrayText = (items: readonly (string | null)[], delimiter: string) =>
  `{${items.map((item) => (item === null ? 'NULL' : quoted(item))).join(delimiter)}}`;
const rowText = (members: readonly (string | null)[]) =>
  `(${members.map((member) => (member === null ? '' : `"${member.replaceAll(/["\\]/g, '$&$&')}"`)).join(',')})`;
