import type { GeneratorValue } from 'fast-check';
import fc from 'fast-check';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  GraphQLNonNull,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { sourceOf } from '../../src/schema/fieldSource.ts';

/** A valid query with its variables, and the forms of its arguments. */
export interface GeneratedQuery {
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Other values of the same variables. */
  readonly others: Readonly<Record<string, unknown>>;
  readonly forms: ReadonlySet<ArgumentForm>;
}

export const argumentForms = [
  ...['literal', 'variable', 'variable in an object', 'variable in a list', 'default', 'left out', 'null'],
] as const;
export type ArgumentForm = (typeof argumentForms)[number];

/** Existing values, by scalar and, for cursors, by edge type. */
export type Values = ReadonlyMap<string, readonly unknown[]>;

const scalars: Readonly<Record<string, readonly unknown[]>> = {
  Boolean: [true, false],
  Int: [0, 1, 2, 3, 7, -1],
  SafeInt: [0, 1, 2],
  Float: [0, 1.5, -2, 0.5],
  BigInt: ['1', '2', 3],
  Decimal: ['1.5', '20', 3],
  Duration: ['PT1H', 'P1D', 'P1M'],
  JSON: [{ a: 1 }, [1, 'x'], null, 'text', 2],
};

/** Returns a map that, unlike an object, has nothing under names such as `constructor`. */
const entries = <T>(values: Readonly<Record<string, T>>): ReadonlyMap<string, T> => new Map(Object.entries(values));

/** Values for arguments and input fields that accept only some values of their scalar. */
const named: ReadonlyMap<string, readonly unknown[]> = entries({
  timeZone: ['UTC', 'Europe/Berlin', 'America/New_York'],
  every: ['PT1H', 'P1D', 'P1M', '15m', '2d'],
  shift: ['P1D', '1h', 'P1M'],
  p: [0, 0.5, 0.95, 1],
  path: ['a', '0', 'signal'],
});

/** Rarity of arguments that combine with few others: one field in this many has the argument. */
const rarity: ReadonlyMap<string, number> = entries({
  ...{ first: 2, last: 12, offset: 12, orderBy: 3, distinctOn: 12, before: 10, having: 10 },
});

const sizes = new Set(['first', 'last', 'offset']);
const maxDepth = 5;

/**
 * Makes a random valid query: aliased and merged fields, inline and named fragments, `@skip` and `@include`, and
 * arguments as literals or variables in any place. Some variables are omitted, null or unused.
 */
export function generateQuery(g: GeneratorValue, schema: GraphQLSchema, values: Values): GeneratedQuery {
  const variables: Record<string, unknown> = {};
  const others: Record<string, unknown> = {};
  const declared: string[] = [];
  const fragments: string[] = [];
  const forms = new Set<ArgumentForm>();
  let names = 0;
  const below = (max: number) => g(fc.nat, { max: Math.max(0, max - 1) });
  const chance = (one: number) => below(one) === 0;
  const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T;

  const scalar = (name: string, of: string): unknown => {
    const wanted = named.get(of);
    if (wanted && !chance(20)) return pick(wanted);
    const known = values.get(name) ?? [];
    return known.length > 0 && !chance(4) ? pick(known) : pick(scalars[name] ?? [...known, 'x']);
  };

  /** Makes a value in JSON. */
  const value = (type: GraphQLInputType, depth: number, of: string): unknown => {
    const inner = getNullableType(type);
    if (chance(60) && !isNonNullType(type)) return null;
    if (isListType(inner)) return Array.from({ length: below(3) }, () => value(inner.ofType, depth + 1, of));
    if (isEnumType(inner)) return pick(inner.getValues()).name;
    if (!isInputObjectType(inner)) return scalar(inner.name, of);
    return Object.fromEntries(
      chosen(inner, depth).map(({ name, type: own }) => [
        name,
        inner.isOneOf ? valueOfOne(own, depth, name) : value(own, depth + 1, name),
      ]),
    );
  };
  const valueOfOne = (type: GraphQLInputType, depth: number, of: string): unknown =>
    value(new GraphQLNonNull(getNullableType(type)), depth + 1, of);

  const chosen = (type: Parameters<typeof fieldsOf>[0], depth: number) => {
    const fields = fieldsOf(type);
    const flat = fields.filter((field) => depth < 3 || !isInputObjectType(getNamedType(field.type)));
    const usable = flat.length > 0 ? flat : fields;
    const nested = usable.filter((field) => isInputObjectType(getNamedType(field.type)));
    if (type.isOneOf) return [pick(nested.length > 0 && chance(2) ? nested : usable)];
    const required = fields.filter((field) => isNonNullType(field.type));
    return [...new Set([...required, ...Array.from({ length: chance(8) ? 2 : 1 }, () => pick(usable))])];
  };

  /** Makes a value in a document, with variables in some places. */
  const literal = (type: GraphQLInputType, depth: number, form: ArgumentForm, of: string, isOne = false): string => {
    const inner = getNullableType(type);
    if (chance(depth === 0 ? 3 : 5)) return variable(type, depth, form, of, isOne);
    forms.add('literal');
    if (isListType(inner))
      return `[${Array.from({ length: below(3) }, () => literal(inner.ofType, depth + 1, 'variable in a list', of)).join(', ')}]`;
    if (!isInputObjectType(inner)) return printed(isOne ? valueOfOne(type, depth, of) : value(type, depth, of), inner);
    const fields = chosen(inner, depth).map(
      ({ name, type: own }) => `${name}: ${literal(own, depth + 1, 'variable in an object', name, inner.isOneOf)}`,
    );
    return `{ ${fields.join(', ')} }`;
  };

  const printed = (given: unknown, type: GraphQLInputType): string => {
    if (given === null) return 'null';
    if (isEnumType(type)) return String(given);
    if (typeof given !== 'object') return JSON.stringify(given);
    if (Array.isArray(given)) return `[${given.map((one) => printed(one, type)).join(', ')}]`;
    return `{ ${Object.entries(given).map(([name, one]) => `${name}: ${printed(one, type)}`)} }`;
  };

  function variable(type: GraphQLInputType, depth: number, form: ArgumentForm, of: string, isOne: boolean): string {
    forms.add(form);
    const name = `v${names++}`;
    // A variable in a `@oneOf` input must not be null.
    const required = isNonNullType(type) || isOne;
    const isDefault = !required && chance(4);
    declared.push(
      `$${name}: ${isOne && !isNonNullType(type) ? `${type}!` : type}${isDefault ? ` = ${printedWhole(type, depth, of)}` : ''}`,
    );
    const give = (to: Record<string, unknown>, isLeftOut: boolean) => {
      if (!isLeftOut) to[name] = required ? valueOfOne(type, depth, of) : value(type, depth, of);
      else if (chance(3)) to[name] = null;
    };
    const isLeftOut = !required && chance(4);
    give(variables, isLeftOut);
    if (isLeftOut) forms.add(isDefault ? 'default' : 'left out');
    if (variables[name] === null) forms.add('null');
    // If both omit the same variables, a plan for the first values may serve the others.
    give(others, chance(4) ? !required && chance(4) : isLeftOut);
    return `$${name}`;
  }

  const printedWhole = (type: GraphQLInputType, depth: number, name: string): string => {
    const print = (given: unknown, of: GraphQLInputType): string => {
      const inner = getNullableType(of);
      if (given === null || given === undefined) return 'null';
      if (isListType(inner) && Array.isArray(given))
        return `[${given.map((one) => print(one, inner.ofType)).join(', ')}]`;
      if (!isInputObjectType(inner)) return printed(given, inner);
      const fields = inner.getFields();
      const parts = Object.entries(given).map(([name, one]) => `${name}: ${print(one, fields[name]?.type ?? of)}`);
      return `{ ${parts.join(', ')} }`;
    };
    return print(value(type, depth, name), type);
  };

  const argument = ({ name, type }: GraphQLArgument, of: string): string => {
    const cursors = values.get(of) ?? [];
    if (sizes.has(name) && !chance(20)) {
      if (chance(2)) return `${name}: ${below(5)}`;
      const size = `v${names++}`;
      forms.add('variable');
      declared.push(`$${size}: Int`);
      variables[size] = below(5);
      others[size] = chance(2) ? variables[size] : below(5);
      return `${name}: $${size}`;
    }
    if ((name === 'after' || name === 'before') && cursors.length > 0 && !chance(8)) {
      if (chance(2)) return `${name}: ${JSON.stringify(pick(cursors))}`;
      const cursor = `v${names++}`;
      forms.add('variable');
      declared.push(`$${cursor}: String`);
      variables[cursor] = pick(cursors);
      others[cursor] = pick(cursors);
      return `${name}: $${cursor}`;
    }
    return `${name}: ${literal(type, 0, 'variable', name)}`;
  };

  /** Makes a field with its arguments, and once more if it is to be merged. */
  const call = (parent: GraphQLObjectType, field: GraphQLField<unknown, unknown>, depth: number): string => {
    const required = field.args.filter(({ type }) => isNonNullType(type));
    const optional = field.args.filter((arg) => !isNonNullType(arg.type) && chance(rarity.get(arg.name) ?? 5));
    // `distinctOn` requires an order, because otherwise the first of several rows is arbitrary.
    const isDistinct = optional.some(({ name }) => name === 'distinctOn');
    const order = field.args.filter((arg) => isDistinct && arg.name === 'orderBy' && !optional.includes(arg));
    const args = [...required, ...optional, ...order].map((arg) => argument(arg, getNamedType(field.type).name));
    const alias = args.length > 0 || chance(4) ? `f${names++}: ` : '';
    const head = `${alias}${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}`;
    const type = getNamedType(field.type);
    const once = () => `${head}${directives()} ${isCompositeType(type) ? selection(type.name, depth + 1) : ''}`;
    return parent !== schema.getQueryType() && chance(8) ? `${once()} ${once()}` : once();
  };

  function directives(): string {
    if (!chance(12)) return '';
    const condition = (): string => {
      if (chance(3)) return String(chance(2));
      const name = `v${names++}`;
      declared.push(`$${name}: Boolean!`);
      variables[name] = chance(2);
      others[name] = chance(4) ? chance(2) : variables[name];
      return `$${name}`;
    };
    return pick([() => ` @skip(if: ${condition()})`, () => ` @include(if: ${condition()})`])();
  }

  function selection(name: string, depth: number): string {
    const type = schema.getType(name);
    if (!isObjectType(type)) return `{ __typename id ${onSome(depth)} }`;
    const fields = Object.values(type.getFields()).filter(
      (field) => sourceOf(field)?.reading !== undefined || chance(200),
    );
    const flat = fields.filter((field) => depth < maxDepth || !isCompositeType(getNamedType(field.type)));
    const isRow = fields.some((field) => sourceOf(field)?.kind === 'column');
    const count = flat.length === 0 ? 0 : 1 + below(isRow ? 5 : 3);
    const parts = Array.from({ length: count }, () => {
      const field = pick(flat);
      const text = call(type, field, depth);
      if (!chance(10)) return text;
      if (chance(2)) return `... on ${name}${directives()} { ${text} }`;
      const fragment = `F${names++}`;
      fragments.push(`fragment ${fragment} on ${name} { ${text} }`);
      return `...${fragment}${directives()} ${chance(3) ? `...${fragment}` : ''}`;
    });
    return `{ ${['__typename', ...parts].join(' ')} }`;
  }

  const onSome = (depth: number): string => {
    const types = Object.values(schema.getTypeMap()).filter(
      (type): type is GraphQLObjectType =>
        isObjectType(type) && type.getInterfaces().some((one) => one.name === 'Node'),
    );
    return Array.from({ length: 2 }, () => {
      const type = pick(types);
      return `... on ${type.name} ${selection(type.name, depth)}`;
    }).join(' ');
  };

  const query = schema.getQueryType();
  if (!query) throw new Error('There is no Query type');
  const roots = Object.values(query.getFields());
  const body = Array.from({ length: 1 + below(3) }, () => call(query, pick(roots), 0)).join(' ');
  const head = `query${declared.length > 0 ? ` (${declared.join(', ')})` : ''}`;
  return { text: [`${head} { ${body} }`, ...fragments].join('\n'), variables, others, forms };
}

const fieldsOf = (type: { readonly isOneOf: boolean; getFields(): object }) =>
  Object.values(type.getFields()) as readonly { readonly name: string; readonly type: GraphQLInputType }[];
