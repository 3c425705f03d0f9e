import type { GeneratorValue } from 'fast-check';
import fc from 'fast-check';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';

/** A client's request: a document, its variables, and the name of an operation. */
export interface GeneratedRequest {
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly operationName?: string;
}

const large = 'x'.repeat(1_000_000);

/** Texts that fit a type, that nearly fit, or that have broken servers. */
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    ...[
      "'",
      '"',
      '\\',
      "'; drop table events.device; --",
      '$1',
      '%',
      '\u0000',
      'a\u0000b',
      '\ud800',
      '\udc00x',
      '\u202e',
    ],
    ...['', ' ', 'null', '{}', '{a,"b', '[]', '{"a":1}', '1e400', 'NaN', 'Infinity', '-infinity', '0x10', '1_000'],
    ...['2026-01-01T00:00:00Z', '2026-13-41T99:99:99Z', '9999999-01-01T00:00:00Z', '2026-01-01', '24:00:00', '12:30'],
    ...['P1D', 'P99999999999Y', 'PT0.0000000001S', '00000000-0000-0000-0000-000000000000', '9'.repeat(400), 'aGk='],
    ...['W10', 'WyJEZXZpY2UiLCJ4Il0', 'WyJEZXZpY2UiLCJcdTAwMDAiXQ', 'WyJFdmVudCIsIjEiLCIyIl0'],
  ),
);

const numbers = fc.oneof(
  fc.integer(),
  fc.integer({ min: -2, max: 12 }),
  fc.double(),
  fc.constantFrom(0, -0, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 1e300, Number.MAX_VALUE, Number.MIN_VALUE, 1.5),
);

/** Makes random requests for a schema: most are well-formed, few have only valid values. */
export function generateRequest(g: GeneratorValue, schema: GraphQLSchema): GeneratedRequest {
  const variables: Record<string, unknown> = {};
  const declared: string[] = [];
  const chance = (one: number) => g(fc.nat, { max: one - 1 }) === 0;
  const pick = <T>(items: readonly T[]): T => items[g(fc.nat, { max: Math.max(0, items.length - 1) })] as T;
  const some = <T>(items: readonly T[], most: number): readonly T[] =>
    items.length === 0 ? [] : Array.from({ length: g(fc.nat, { max: most }) }, () => pick(items));

  const scalar = (name: string): unknown => {
    if (chance(400)) return large;
    if (chance(12)) return g(() => fc.oneof(fc.jsonValue(), texts, numbers, fc.constant(null)));
    if (name === 'Boolean') return g(fc.boolean);
    if (name === 'JSON') return g(() => fc.oneof(fc.jsonValue(), texts));
    return ['Int', 'Float', 'SafeInt'].includes(name) ? g(() => numbers) : g(() => texts);
  };

  const value = (type: GraphQLInputType, depth = 0): unknown => {
    const inner = getNullableType(type);
    if (chance(40)) return null;
    if (isListType(inner)) return some([inner.ofType as GraphQLInputType], 3).map((item) => value(item, depth + 1));
    if (isEnumType(inner)) return chance(20) ? 'NOTHING' : pick(inner.getValues()).name;
    if (!isInputObjectType(inner)) return scalar(getNamedType(inner).name);
    if (depth > 5) return {};
    const fields = Object.values(inner.getFields());
    const chosen = inner.isOneOf && !chance(20) ? [pick(fields)] : some(fields, 2);
    const required = fields.filter((field) => isNonNullType(field.type));
    return Object.fromEntries([...required, ...chosen].map((field) => [field.name, value(field.type, depth + 1)]));
  };

  const argument = ({ name, type }: GraphQLArgument): string => {
    const variable = `v${declared.length}`;
    declared.push(`$${variable}: ${type}`);
    if (!chance(30)) variables[variable] = value(type);
    return `${name}: $${variable}`;
  };

  const call = (field: GraphQLField<unknown, unknown>, depth: number, alias = ''): string => {
    const required = field.args.filter(({ type }) => isNonNullType(type));
    const chosen = [...new Set([...required, ...some(field.args, 2)])];
    const args = chosen.length > 0 ? `(${chosen.map(argument).join(', ')})` : '';
    const type = getNamedType(field.type);
    return `${alias}${field.name}${args} ${isCompositeType(type) ? selection(type.name, depth + 1) : ''}`;
  };

  const selection = (name: string, depth: number): string => {
    const type = schema.getType(name);
    if (isAbstractType(type)) return `{ __typename ... on ${pick(schema.getPossibleTypes(type)).name} { __typename } }`;
    const fields = Object.values(type && 'getFields' in type ? type.getFields() : {}) as GraphQLField<
      unknown,
      unknown
    >[];
    const fitting = fields.filter((field) => depth < 6 || !isCompositeType(getNamedType(field.type)));
    const parts = some(fitting, 3).map((field, i) => call(field, depth, `f${i}: `));
    return `{ __typename ${parts.join(' ')} }`;
  };

  const root = pick(
    [schema.getQueryType(), schema.getMutationType()].filter((type) => type !== undefined && type !== null),
  );
  const body = selection(root.name, 0);
  const operation = root === schema.getQueryType() ? 'query' : 'mutation';
  const query = `${operation} Q${declared.length > 0 ? `(${declared.join(', ')})` : ''} ${body}`;
  return {
    query: chance(6) ? damaged(g, query) : query,
    variables,
    ...(chance(10) && { operationName: g(() => texts) }),
  };
}

/** Mutates a text: removes or doubles a part, or inserts something that means something to a parser. */
function damaged(g: GeneratorValue, text: string): string {
  const start = g(fc.nat, { max: text.length });
  const end = start + g(fc.nat, { max: 12 });
  const between = g(() =>
    fc.oneof(fc.constantFrom('', '{', '}', '(', ')', '...', '@', '$', '"""', '\ud800', '#', '!', ':'), fc.string()),
  );
  return text.slice(0, start) + between + text.slice(g(fc.boolean) ? start : end);
}
