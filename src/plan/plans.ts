import {
  type DocumentNode,
  GraphQLBoolean,
  GraphQLInt,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  getOperationAST,
  isEnumType,
  isLeafType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { type CoerceVariables, createCoercion } from './coerceVariables.ts';
import { compile } from './compile.ts';
import { documentSize } from './documentSize.ts';
import type { Plan, Unplanned } from './plan.ts';

type Variables = Readonly<Record<string, unknown>>;

/** The most recently used plans of a schema's documents. */
export interface Plans {
  /**
   * Returns an operation's plans; null for a subscription, and for a document that is seen for the first time unless
   * `isKnown`.
   */
  of(document: DocumentNode, operationName: string | null | undefined, isKnown: boolean): OperationPlans | null;
  /** Returns an operation's plans if they exist, which means that its document was admitted before. */
  known(document: DocumentNode, operationName: string | null | undefined): OperationPlans | null;
}

/** The plans of one operation. Variables with few values, and those that decide its selection, are fixed in a plan. */
export interface OperationPlans {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly coerce: CoerceVariables;
  /** Returns the plan for coerced variables. */
  with(variables: Variables): Plan | Unplanned;
}

/**
 * Maximum number of an operation's plans that also fix variables with few values. Further plans fix only the variables
 * that decide the selection.
 */
const maxVariants = 16;

/** Limit of all plans together, in fields plus the sizes of their documents. A field takes less than a token. */
const keptFields = 100_000;

type Kept = LRUCache<string, Plan | Unplanned>;

export function createPlans(schema: GraphQLSchema): Plans {
  const seen = new WeakSet<DocumentNode>();
  const known = new WeakMap<OperationDefinitionNode, OperationPlans>();
  const kept: Kept = new LRUCache({ maxSize: keptFields });
  let operations = 0;
  return {
    of(document, operationName, isKnown) {
      const operation = getOperationAST(document, operationName);
      if (!operation || operation.operation === 'subscription') return null;
      const plans = known.get(operation);
      if (plans) return plans;
      if (!isKnown && !seen.has(document)) {
        seen.add(document);
        return null;
      }
      const made = plansOf({ schema, document, operation }, ++operations, kept);
      known.set(operation, made);
      return made;
    },
    known(document, operationName) {
      const operation = getOperationAST(document, operationName);
      return (operation && known.get(operation)) ?? null;
    },
  };
}

interface Planned {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

function plansOf(planned: Planned, id: number, kept: Kept): OperationPlans {
  const { schema, document, operation } = planned;
  const directing = directingVariables(document);
  const { literals, slots } = rolesOf(planned);
  const fixed = [...new Set([...directing, ...literals])];
  const keys = new Set<string>();
  return {
    schema,
    operation,
    coerce: createCoercion(schema, operation),
    with(variables) {
      const nulls = slots.filter((name) => variables[name] === undefined || variables[name] === null);
      const decided = nulls.length === 0 ? fixed : [...fixed, ...nulls];
      const key = keyOf(decided, variables);
      // Beyond `maxVariants` sets of values, plans would cost more than they save.
      if (keys.size < maxVariants) keys.add(key);
      const areFixed = keys.has(key);
      const planKey = `${id} ${areFixed} ${areFixed ? key : keyOf(directing, variables)}`;
      const found = kept.get(planKey);
      if (found) return found;
      const plan = compile({
        ...{ ...planned, variables },
        decided: new Set(areFixed ? decided : directing),
        slotted: new Set(areFixed ? slots.filter((name) => !nulls.includes(name)) : []),
      });
      const fields = 'root' in plan ? plan.size : 0;
      kept.set(planKey, plan, { size: 1 + fields + documentSize(document) });
      return plan;
    },
  };
}

/** Returns a key for some of the variables, with their values. */
const keyOf = (names: readonly string[], variables: Variables): string =>
  names.length === 0
    ? ''
    : JSON.stringify(names.map((name) => (Object.hasOwn(variables, name) ? [name, variables[name]] : [name])));

/** Returns the variables in `@skip` and `@include`, which decide the selection. */
function directingVariables(document: DocumentNode): readonly string[] {
  const names: string[] = [];
  visit(document, {
    Directive: ({ arguments: given = [] }) => {
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.push(value.name.value);
    },
  });
  return names;
}

/**
 * Decides what becomes of an operation's variables in statements. Variables with few values, and each `Int` that is a
 * whole argument, such as a page size, become literals; the value of any other leaf becomes a slot.
 */
function rolesOf({ schema, document, operation: { variableDefinitions = [] } }: Planned) {
  const alone = new Set<string>();
  visit(document, {
    Argument({ value }) {
      if (value.kind === Kind.VARIABLE) alone.add(value.name.value);
    },
  });
  const literals: string[] = [];
  const slots: string[] = [];
  for (const { variable, type } of variableDefinitions) {
    const { value: name } = variable.name;
    const found = typeFromAST(schema, type);
    const inner = found && getNullableType(found);
    if (isEnumType(inner) || inner === GraphQLBoolean || (inner === GraphQLInt && alone.has(name))) literals.push(name);
    else if (isLeafType(getNamedType(found))) slots.push(name);
  }
  return { literals, slots };
}
