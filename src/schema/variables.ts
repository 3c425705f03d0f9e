import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isInputObjectType,
  isInputType,
  isLeafType,
  isListType,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';

type Variables = Readonly<Record<string, unknown>>;

/** Called with each field of a value that the value's input object type lacks. */
type OnUnknown = (type: GraphQLInputObjectType, name: string, variable: VariableDefinitionNode) => void;

/**
 * Converts the variables of an operation to the form that graphql-js reads without loss. A raw number becomes text if
 * its type holds more digits than JavaScript's numbers. Input objects inherit nothing, since graphql-js takes inherited
 * properties (`constructor`, `toString`) for given fields. Calls `onUnknown` for fields that graphql-js will refuse.
 */
export function readVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Variables,
  onUnknown: OnUnknown = () => {},
): Variables {
  const read: Record<string, unknown> = { ...variables };
  for (const definition of variableDefinitions) {
    const { value: name } = definition.variable.name;
    if (!Object.hasOwn(variables, name)) continue;
    const known = typeFromAST(schema, definition.type);
    const type = isInputType(known) ? known : undefined;
    read[name] = valueAs(variables[name], type, (of, field) => onUnknown(of, field, definition));
  }
  return read;
}

/** Converts a value for its type. A value that does not fit is returned unchanged, so that graphql-js refuses it. */
function valueAs(
  value: unknown,
  type: GraphQLInputType | undefined,
  onUnknown: (type: GraphQLInputObjectType, name: string) => void,
): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const inner = type && getNullableType(type);
  if (isListType(inner)) {
    const item: GraphQLInputType = inner.ofType;
    return Array.isArray(value) ? value.map((one) => valueAs(one, item, onUnknown)) : valueAs(value, item, onUnknown);
  }
  if (JSON.isRawJSON(value)) return numberAs(value.rawJSON, isLeafType(inner) ? inner.name : '') ?? value;
  if (!isInputObjectType(inner) || Array.isArray(value)) return value;
  const fields = inner.getFields();
  const read = new Bare();
  for (const [name, field] of Object.entries(value)) {
    if (!(name in fields)) onUnknown(inner, name);
    read[name] = valueAs(field, fields[name]?.type, onUnknown);
  }
  return read;
}

/**
 * An object that inherits nothing. V8 reads it faster than one made by `Object.create(null)`, which it treats as a
 * dictionary.
 */
export class Bare {
  [name: string]: unknown;
}
Object.setPrototypeOf(Bare.prototype, null);
Reflect.deleteProperty(Bare.prototype, 'constructor');

/** Converts a raw number for its type, to text if a JavaScript number would lose digits; undefined if it stays raw. */
export function numberAs(digits: string, type: string): number | string | undefined {
  if (type === 'JSON') return undefined;
  const rounded = Number(digits);
  return type === 'Decimal' || (type === 'BigInt' && !Number.isSafeInteger(rounded)) ? digits : rounded;
}
