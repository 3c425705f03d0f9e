import {
  type ASTNode,
  GraphQLError,
  type GraphQLInputObjectType,
  getNamedType,
  isInputObjectType,
  isObjectType,
  isRequiredArgument,
  print,
  type ValidationRule,
  type ValueNode,
} from 'graphql';

/** Operators of this API, by the names that other servers give them, without a leading underscore. */
const operatorsElsewhere: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ equals: 'eq', equalTo: 'eq', is: 'eq', not: 'ne', notEqualTo: 'ne', neq: 'ne', nin: 'notIn' },
    ...{ lessThan: 'lt', lessThanOrEqualTo: 'lte', greaterThan: 'gt', greaterThanOrEqualTo: 'gte' },
    ...{ includes: 'contains', includesInsensitive: 'containsInsensitive', containedIn: 'containedBy' },
    ...{ likeInsensitive: 'ilike', equalToInsensitive: 'eqInsensitive' },
    ...{ regex: 'matches', iregex: 'matchesInsensitive', containsKey: 'hasKey' },
  }),
);

/** Returns our name of an operator that another server calls `name`; undefined if the input type has no such operator. */
export function operatorMeant(type: GraphQLInputObjectType, name: string): string | undefined {
  const fields = type.getFields();
  const meant = operatorsElsewhere.get(name.replace(/^_/, ''));
  return meant !== undefined && meant in fields && !(name in fields) ? meant : undefined;
}

/** Creates the error that suggests what was meant, in addition to the one that says what is wrong. */
export const suggestion = (meant: string, nodes: ASTNode): GraphQLError =>
  new GraphQLError(`Did you mean "${meant}"?`, { nodes });

/**
 * Validation rule that suggests what was meant: a missing step, such as `nodes` before a column or `eq` before a value,
 * or our name of an operator that another server calls differently.
 */
export const didYouMean: ValidationRule = (context) => {
  const schema = context.getSchema();
  // Roots are skipped, since their fields lead to all types, most of which are not built yet.
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const suggest = (meant: string, nodes: ASTNode) => context.reportError(suggestion(meant, nodes));
  const suggestOperator = (node: ValueNode) => {
    const type = getNamedType(context.getInputType());
    if (isInputObjectType(type) && 'eq' in type.getFields()) suggest(`{ eq: ${print(node)} }`, node);
  };
  return {
    Field(node) {
      const parent = context.getParentType();
      if (!isObjectType(parent) || roots.includes(parent) || context.getFieldDef()) return;
      const name = node.name.value;
      const step = Object.values(parent.getFields()).find(({ type, args }) => {
        const next = getNamedType(type);
        return isObjectType(next) && name in next.getFields() && !args.some(isRequiredArgument);
      });
      if (step) suggest(`${step.name} { ${name} }`, node);
    },
    ObjectField(node) {
      const type = getNamedType(context.getParentInputType());
      const meant = isInputObjectType(type) ? operatorMeant(type, node.name.value) : undefined;
      if (meant !== undefined) suggest(meant, node);
    },
    StringValue: suggestOperator,
    IntValue: suggestOperator,
    FloatValue: suggestOperator,
    BooleanValue: suggestOperator,
    EnumValue: suggestOperator,
  };
};
