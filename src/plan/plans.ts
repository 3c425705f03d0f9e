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
import { compile } from './compile.ts';
import type { Plan, Unplanned } from './plan.ts';

type Variables = Readonly<Record<string, unknown>>;

/** The plans of a schema's documents, those used last. */
export interface Plans {
  /** The plans of an operation; null for a subscription, and until a document `isKnown` or seen again. */
  of(document: DocumentNode, operationName: string | null | undefined, isKnown: boolean): OperationPlans | null;
  /** Those that there are already: the document is one that was let in. */
  known(document: DocumentNode, operationName: string | null | undefined): OperationPlans | null;
}

/** The plans of one operation, one for each way in which its variables decide what is selected. */
export interface OperationPlans {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  /** The plan for these variables, as graphql-js coerced them. */
  with(variables: Variables): Plan | Unplanned;
}

/** Of one operation, before its plans no longer go by each of its variables. */
const maxVariants = 16;

/** Of all plans together, with the tokens of the documents that they hold. A token takes some 650 bytes, a field less. */
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
  const many = [...new Set([...directing, ...literals])];
  const keys = new Set<string>();
  return {
    schema,
    operation,
    with(variables) {
      const slotted = slots.filter((name) => variables[name] !== undefined && variables[name] !== null);
      const nulls = slots.filter((name) => !slotted.includes(name));
      const key = keyOf([...many, ...nulls], variables);
      // Beyond so many values a plan for each costs more than it saves.
      if (keys.size < maxVariants) keys.add(key);
      const isMany = keys.has(key);
      const place = `${id} ${isMany} ${isMany ? key : keyOf(directing, variables)}`;
      const found = kept.get(place);
      if (found) return found;
      const plan = compile({
        ...{ ...planned, variables },
        decided: new Set(isMany ? [...many, ...nulls] : directing),
        slotted: new Set(isMany ? slotted : []),
      });
      const fields = 'root' in plan ? plan.size : 0;
      kept.set(place, plan, { size: 1 + fields + (document.tokenCount ?? 0) });
      return plan;
    },
  };
}

/** Some of the variables, with their values. */
const keyOf = (names: readonly string[], variables: Variables): string =>
  JSON.stringify(names.map((name) => (Object.hasOwn(variables, name) ? [name, variables[name]] : [name])));

/** The variables that `@skip` and `@include` go by: of these the selection depends. */
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
 * What becomes of an operation's variables in statements. Those that have few values, and sizes of pages, are written into
 * the text; any other value of a leaf has a slot there.
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
