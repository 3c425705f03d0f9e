import {
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';

/**
 * Makes up values for the variables that an operation requires. Optional variables and those with a default are left
 * out.
 */
export function plausibleVariables(schema: GraphQLSchema, operation: OperationDefinitionNode): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { variable, type: node, defaultValue } of operation.variableDefinitions ?? []) {
    const type = typeFromAST(schema, node) as GraphQLInputType | undefined;
    if (type && isNonNullType(type) && !defaultValue) values[variable.name.value] = plausibleValue(type);
  }
  return values;
}

/**
 * Values of GraphQL's own scalars, and a duration that is valid as the length of a bucket. The other scalars of this
 * API have an example in their description.
 */
const plain: Readonly<Record<string, unknown>> = {
  ...{ Int: 10, Float: 1.5, String: 'a', Boolean: true, ID: 'a' },
  Duration: 'P1D',
};

/** Makes up a value that a type accepts; an input object gets only its required fields. */
export function plausibleValue(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return plausibleValue(type.ofType);
  if (isListType(type)) return [plausibleValue(type.ofType)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const needed = type.isOneOf ? fields.slice(0, 1) : fields.filter(isRequiredInputField);
    return Object.fromEntries(needed.map((field) => [field.name, plausibleValue(field.type)]));
  }
  const example = /Example: (.*)\.$/s.exec(type.description ?? '')?.[1];
  return type.name in plain ? plain[type.name] : example && JSON.parse(example);
}
