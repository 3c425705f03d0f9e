import { Kind, type OperationDefinitionNode, type SelectionNode, type ValueNode } from 'graphql';

/** The variables of an operation, as the client sent them or coerced. A value may be `unknownValue`. */
export type PricedVariables = Readonly<Record<string, unknown>>;

/** The value of a variable for which a client may send any value. */
export const unknownValue = Symbol('unknown');

/** A reader of the argument values on which prices depend. */
export interface ArgumentValues {
  /** Returns an argument's number, Boolean, enum value or list, or `unknownValue`. */
  readonly argumentOf: (node: ValueNode) => unknown;
  /**
   * Returns a variable's value, or a literal list or object including its nested lists, objects and variables;
   * undefined for other literals. An unknown value counts as its default.
   */
  readonly wholeOf: (node: ValueNode) => unknown;
}

/** Reads literals, variables and their defaults; calls `onVariable` for each value that depends on a variable. */
export function createArgumentValues(
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: PricedVariables,
  onVariable: () => void,
): ArgumentValues {
  const defaults = new Map(
    variableDefinitions.map(({ variable, defaultValue }) => [variable.name.value, defaultValue]),
  );
  const readValue = (node: ValueNode, read: (literal: ValueNode) => unknown, ignored?: symbol): unknown => {
    if (node.kind !== Kind.VARIABLE) return read(node);
    onVariable();
    const { value: name } = node.name;
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value !== undefined && value !== ignored) return value;
    const otherwise = defaults.get(name);
    return otherwise && read(otherwise);
  };
  const whole = (node: ValueNode): unknown => {
    if (node.kind === Kind.LIST) return node.values.map(wholeOf);
    if (node.kind !== Kind.OBJECT) return undefined;
    return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, wholeOf(value)]));
  };
  const wholeOf = (node: ValueNode) => readValue(node, whole, unknownValue);
  return { argumentOf: (node) => readValue(node, literal), wholeOf };
}

const literal = (node: ValueNode): unknown => {
  if (node.kind === Kind.INT) return Number(node.value);
  if (node.kind === Kind.BOOLEAN || node.kind === Kind.ENUM) return node.value;
  return node.kind === Kind.LIST ? node.values : undefined;
};

/** Evaluates `@skip` and `@include`; a field behind an unknown value counts as included. */
export const isIncluded = ({ directives = [] }: SelectionNode, { argumentOf }: ArgumentValues): boolean =>
  directives.every(({ name, arguments: [condition] = [] }) => {
    const value = condition && argumentOf(condition.value);
    return !((name.value === 'skip' && value === true) || (name.value === 'include' && value === false));
  });
