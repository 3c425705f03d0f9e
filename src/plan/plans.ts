import {
  type DocumentNode,
  GraphQLBoolean,
  GraphQLInt,
  type GraphQLSchema,
  getNullableType,
  getOperationAST,
  isEnumType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { compile } from './compile.ts';
import type { Plan, Unplanned } from './plan.ts';

type Variables = Readonly<Record<string, unknown>>;

/** The plans of a schema's documents; they live as long as both. */
export interface Plans {
  /** The plans of an operation that is a query; null for any other, and until a document `isKnown` or seen again. */
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

/** Of one operation. */
const maxVariants = 16;

export function createPlans(schema: GraphQLSchema): Plans {
  const seen = new WeakSet<DocumentNode>();
  const known = new WeakMap<OperationDefinitionNode, OperationPlans>();
  return {
    of(document, operationName, isKnown) {
      const operation = getOperationAST(document, operationName);
      if (operation?.operation !== 'query') return null;
      const plans = known.get(operation);
      if (plans) return plans;
      if (!isKnown && !seen.has(document)) {
        seen.add(document);
        return null;
      }
      const made = plansOf(schema, document, operation);
      known.set(operation, made);
      return made;
    },
    known(document, operationName) {
      const operation = getOperationAST(document, operationName);
      return (operation && known.get(operation)) ?? null;
    },
  };
}

function plansOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): OperationPlans {
  const directing = directingVariables(document);
  const few = variantsBy(directing);
  const many = variantsBy([...directing, ...literalVariables(schema, operation)]);
  const keyOf = ({ decided }: Variants, variables: Variables) =>
    JSON.stringify([...decided].map((name) => (Object.hasOwn(variables, name) ? [variables[name]] : [])));
  return {
    schema,
    operation,
    with(variables) {
      const key = keyOf(many, variables);
      const found = many.plans.get(key);
      if (found) return found;
      // Beyond so many values a plan for each costs more than it saves.
      const isOpen = many.plans.size < maxVariants;
      const { decided, plans } = isOpen ? many : few;
      const place = isOpen ? key : keyOf(few, variables);
      const plan = plans.get(place) ?? compile({ schema, document, operation, variables, decided });
      plans.set(place, plan);
      return plan;
    },
  };
}

/** Plans by the values of some variables. */
interface Variants {
  readonly decided: ReadonlySet<string>;
  readonly plans: LRUCache<string, Plan | Unplanned>;
}

const variantsBy = (names: readonly string[]): Variants => ({
  decided: new Set(names),
  plans: new LRUCache({ max: maxVariants }),
});

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

/** The variables that have few values, and stand for what is written into the text of a statement. */
const literalVariables = (schema: GraphQLSchema, { variableDefinitions = [] }: OperationDefinitionNode) =>
  variableDefinitions.flatMap(({ variable, type }) => {
    const found = typeFromAST(schema, type);
    const inner = found && getNullableType(found);
    return isEnumType(inner) || inner === GraphQLBoolean || inner === GraphQLInt ? [variable.name.value] : [];
  });
