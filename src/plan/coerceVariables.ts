import {
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLLeafType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
  valueFromAST,
} from 'graphql';
import { Bare, numberAs } from '../schema/variables.ts';

type Variables = Readonly<Record<string, unknown>>;

/** Converts variables as a client sent them; null if graphql-js must report an error in them. */
export type CoerceVariables = (given: Variables) => Variables | null;

/** Converts a value; throws if it does not fit its type. */
type Coerce = (value: unknown) => unknown;

/**
 * Creates the coercion of an operation's variables, with the same result as `readVariables` and then graphql-js'
 * `getVariableValues`, but without the latter's paths and messages, which take most of the time: few requests have
 * errors, and the executor reads those again. Source: GraphQL specification, "Coercing Variable Values" and "Input
 * Coercion".
 */
export function createCoercion(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
): CoerceVariables {
  const variables = variableDefinitions.flatMap(({ variable, type, defaultValue }) => {
    const known = typeFromAST(schema, type);
    if (!isInputType(known)) return [];
    const fallback = defaultValue && valueFromAST(defaultValue, known);
    return [{ name: variable.name.value, fallback, isRequired: isNonNullType(known), coerce: coercionTo(known) }];
  });
  return (given) => {
    try {
      const coerced = new Bare();
      for (const { name, fallback, isRequired, coerce } of variables) {
        if (Object.hasOwn(given, name)) coerced[name] = coerce(given[name]);
        else if (fallback !== undefined) coerced[name] = fallback;
        else if (isRequired) return null;
      }
      return coerced;
    } catch {
      return null;
    }
  };
}

const coercions = new WeakMap<GraphQLInputType, Coerce>();

function coercionTo(type: GraphQLInputType): Coerce {
  const known = coercions.get(type) ?? create(type);
  coercions.set(type, known);
  return known;
}

function create(type: GraphQLInputType): Coerce {
  if (isNonNullType(type)) {
    const coerce = coercionTo(type.ofType);
    return (value) => coerce(value ?? refuse());
  }
  const coerce = isListType(type) ? toList(type.ofType) : isInputObjectType(type) ? toObject(type) : toLeaf(type);
  return (value) => (value === null || value === undefined ? null : coerce(value));
}

function toList(item: GraphQLInputType): Coerce {
  const coerce = coercionTo(item);
  return (value) => (Array.isArray(value) ? value.map((one) => coerce(one)) : [coerce(value)]);
}

const toLeaf =
  (type: GraphQLLeafType): Coerce =>
  (value) => {
    const read = type.parseValue(JSON.isRawJSON(value) ? (numberAs(value.rawJSON, type.name) ?? value) : value);
    return read === undefined ? refuse() : read;
  };

function toObject(type: GraphQLInputObjectType): Coerce {
  /** The fields, found at the first value, since input objects may contain themselves. */
  let fields: readonly Field[] | undefined;
  return (value) => {
    if (typeof value !== 'object' || Array.isArray(value) || JSON.isRawJSON(value)) return refuse();
    fields ??= Object.values(type.getFields()).map(fieldOf);
    const given = value as Readonly<Record<string, unknown>>;
    const coerced = new Bare();
    let unread = Object.keys(given).length;
    for (const { name, fallback, isRequired, coerce } of fields) {
      if (Object.hasOwn(given, name)) {
        coerced[name] = coerce(given[name]);
        unread--;
      } else if (fallback !== undefined) coerced[name] = fallback;
      else if (isRequired) return refuse();
    }
    if (unread > 0) return refuse();
    if (type.isOneOf && !isOne(coerced)) return refuse();
    return coerced;
  };
}

/** A field of an input object, ready to convert its values. */
type Field = ReturnType<typeof fieldOf>;

const fieldOf = ({ name, type, defaultValue }: GraphQLInputField) => ({
  name,
  fallback: defaultValue,
  isRequired: isNonNullType(type),
  coerce: coercionTo(type),
});

function isOne(coerced: Variables): boolean {
  const values = Object.values(coerced);
  return values.length === 1 && values[0] !== null;
}

function refuse(): never {
  throw new TypeError('A variable does not fit its type');
}
