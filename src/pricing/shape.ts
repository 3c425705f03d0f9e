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

/** With these every fragment is reached from an operation, and none from itself; each takes linear time. */
const fragmentRules = [UniqueFragmentNamesRule, NoUnusedFragmentsRule, NoFragmentCyclesRule];

/** graphql-js compares every two fields of one name, and every two fragments of one selection: so many pairs take 0.1 s. */
const maxPairs = 200_000;

/**
 * Whether a document stays within limits once its fragments are spread, so that the rules of validation, some of which
 * take exponential or quadratic time, can be let at it. Returns what the rules for fragments say against it; throws
 * QUERY_TOO_COMPLEX. It visits at most `limits.tokens` selections.
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
  const compare = (count: number) => {
    pairs += (count * (count - 1)) / 2;
    if (pairs > maxPairs) throw tooComplex('The document selects too many fields or fragments again and again');
  };
  const walk = (parts: readonly Part[], depth: number): void => {
    if (parts.length === 0) return;
    if (depth > limits.depth) throw tooComplex(`The document has fields deeper than ${limits.depth} levels`);
    let spread = 0;
    const fields = mergedFields(parts, { fragments, onSelection, onFragment: () => spread++ });
    compare(spread);
    // Fields of one name are compared on different types too, and what is selected below them.
    for (const same of Map.groupBy(fields, ({ key }) => key).values()) {
      compare(same.reduce((sum, { nodes }) => sum + nodes.length, 0));
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
