import { Kind, type OperationDefinitionNode, type SelectionNode, type ValueNode } from 'graphql';

/** The variables of an operation, as the client sent them or coerced; null if they are not known yet. */
export type KnownVariables = Readonly<Record<string, unknown>> | null;

/** A reader of the argument values on which prices depend. */
export interface ArgumentValues {
  /** Returns an argument's number, Boolean, enum value or list; `unknownValue` for a variable that is not known yet. */
  readonly argumentOf: (node: ValueNode) => unknown;
  /**
   * Returns a variable's value, or a literal list or object including its nested lists, objects and variables;
   * undefined for other literals and for a variable that is not known yet.
   */
  readonly wholeOf: (node: ValueNode) => unknown;
}

export const unknownValue = Symbol('unknown');

/** Reads literals, variables and their defaults; calls `onVariable` for each value that depends on a variable. */
export function createArgumentValues(
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: KnownVariables,
  onVariable: () => void,
): ArgumentValues {
  const defaults = new Map(
    variableDefinitions.map(({ variable, defaultValue }) => [variable.name.value, defaultValue]),
  );
  const readValue = (node: ValueNode, read: (literal: ValueNode) => unknown, missing?: symbol): unknown => {
    if (node.kind !== Kind.VARIABLE) return read(node);
    onVariable();
    const name = node.name.value;
    if (variables && Object.hasOwn(variables, name)) return variables[name];
    const otherwise = defaults.get(name);
    if (otherwise) return read(otherwise);
    return variables ? undefined : missing;
  };
  const whole = (node: ValueNode): unknown => {
    if (node.kind === Kind.LIST) return node.values.map(wholeOf);
    if (node.kind !== Kind.OBJECT) return undefined;
    return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, wholeOf(value)]));
  };
  const wholeOf = (node: ValueNode) => readValue(node, whole);
  return { argumentOf: (node) => readValue(node, literal, unknownValue), wholeOf };
}

const literal = (node: ValueNode): unknown => {
  if (node.kind === Kind.INT) return Number(node.value);
  if (node.kind === Kind.BOOLEAN || node.kind === Kind.ENUM) return node.value;
  return node.kind === Kind.LIST ? node.values : undefined;
};

/** Evaluates `@skip` and `@include`; a field behind a variable that is not known yet counts as included. */
export const isIncluded = ({ directives = [] }: SelectionNode, { argumentOf }: ArgumentValues): boolean =>
  directives.every(({ name, arguments: [condition] = [] }) => {
    const value = condition && argumentOf(condition.value);
    return !((name.value === 'skip' && value === true) || (name.value === 'include' && value === false));
  });
