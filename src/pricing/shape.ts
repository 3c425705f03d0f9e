import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  NoFragmentCyclesRule,
  NoUnusedFragmentsRule,
  UniqueFragmentNamesRule,
  validate,
} from 'graphql';
import type { RequestLimits } from '../config/limits.ts';
import { tooComplex } from '../errors.ts';
import { fragmentsOf, mergedFields, type Part, partsBelow } from './fields.ts';

/** Rules that make every fragment reachable from an operation and none from itself. Each takes linear time. */
const fragmentRules = [UniqueFragmentNamesRule, NoUnusedFragmentsRule, NoFragmentCyclesRule];

/**
 * Maximum number of pairs that graphql-js compares: fields of the same name, and fragments in the same selection. This
 * many take 0.1 s.
 */
const maxPairs = 200_000;

/**
 * Checks that a document stays within limits with its fragments spread. It runs before validation rules that take
 * quadratic or exponential time, and visits at most `limits.tokens` selections. Returns the errors of the rules for
 * fragments; throws QUERY_TOO_COMPLEX.
 */
export function checkShape(
  schema: GraphQLSchema,
  document: DocumentNode,
  limits: Pick<RequestLimits, 'tokens' | 'depth'>,
): readonly GraphQLError[] {
  const errors = validate(schema, document, fragmentRules);
  if (errors.length > 0) return errors;
  const fragments = fragmentsOf(document);
  let selections = 0;
  let pairs = 0;
  const onSelection = () => {
    if (++selections > limits.tokens)
      throw tooComplex(`The document has more than ${limits.tokens} selections when its fragments are spread`);
  };
  const countPairs = (count: number) => {
    pairs += (count * (count - 1)) / 2;
    if (pairs > maxPairs) throw tooComplex('The document repeats too many fields or fragments');
  };
  const walk = (parts: readonly Part[], depth: number): void => {
    if (parts.length === 0) return;
    if (depth > limits.depth) throw tooComplex(`The document nests fields deeper than ${limits.depth} levels`);
    let spread = 0;
    const fields = mergedFields(parts, { fragments, onSelection, onFragment: () => spread++ });
    countPairs(spread);
    // graphql-js also compares fields of the same name on different types, and the selections below them.
    for (const same of Map.groupBy(fields, ({ key }) => key).values()) {
      countPairs(same.reduce((sum, { nodes }) => sum + nodes.length, 0));
      walk(
        same.flatMap((field) => partsBelow(field)),
        depth + 1,
      );
    }
  };
  for (const definition of document.definitions)
    if (definition.kind === Kind.OPERATION_DEFINITION)
      walk([{ type: undefined, selectionSet: definition.selectionSet }], 1);
  return [];
}
