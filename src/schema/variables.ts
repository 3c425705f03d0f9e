import {
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isInputObjectType,
  isInputType,
  isLeafType,
  isListType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';

type Variables = Readonly<Record<string, unknown>>;

/**
 * The variables of an operation in the form that graphql-js reads without loss: a number whose digits were kept is text
 * where its type has more of them than JavaScript's numbers, and input objects inherit nothing, since graphql-js takes
 * what a plain object inherits (`constructor`, `toString`) for a field that was given.
 */
export function readVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Variables,
): Variables {
  const read: Record<string, unknown> = { ...variables };
  for (const { variable, type } of variableDefinitions) {
    const { value: name } = variable.name;
    if (!Object.hasOwn(variables, name)) continue;
    const known = typeFromAST(schema, type);
    read[name] = valueAs(variables[name], isInputType(known) ? known : undefined);
  }
  return read;
}

/** The value as its type wants it; one that does not fit its type stays what it is, for graphql-js to refuse. */
function valueAs(value: unknown, type: GraphQLInputType | undefined): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const inner = type && getNullableType(type);
  if (isListType(inner)) {
    const item: GraphQLInputType = inner.ofType;
    return Array.isArray(value) ? value.map((one) => valueAs(one, item)) : valueAs(value, item);
  }
  if (JSON.isRawJSON(value)) return numberAs(value.rawJSON, isLeafType(inner) ? inner.name : '') ?? value;
  if (!isInputObjectType(inner) || Array.isArray(value)) return value;
  const fields = inner.getFields();
  const read = new Bare();
  for (const [name, field] of Object.entries(value)) read[name] = valueAs(field, fields[name]?.type);
  return read;
}

/** An object that inherits nothing. V8 reads it faster than one of `Object.create(null)`, which it takes for a dictionary. */
class Bare {
  [name: string]: unknown;
}
Object.setPrototypeOf(Bare.prototype, null);
Reflect.deleteProperty(Bare.prototype, 'constructor');

/** A number as its type wants it; undefined where that is the number as it was written. */
function numberAs(digits: string, type: string): number | string | undefined {
  if (type === 'JSON') return undefined;
  const rounded = Number(digits);
  return type === 'Decimal' || (type === 'BigInt' && !Number.isSafeInteger(rounded)) ? digits : rounded;
}
