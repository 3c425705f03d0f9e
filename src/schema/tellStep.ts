import {
  type FieldNode,
  GraphQLError,
  getNamedType,
  isInputObjectType,
  isObjectType,
  isRequiredArgument,
  print,
  type ValidationRule,
  type ValueNode,
} from 'graphql';

/** Validation rule that suggests a missing step, such as `nodes` before a column or `eq` before a value. */
export const tellStep: ValidationRule = (context) => {
  const schema = context.getSchema();
  // Roots are skipped, since their fields lead to all types, most of which are not built yet.
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const suggest = (meant: string, nodes: FieldNode | ValueNode) =>
    context.reportError(new GraphQLError(`Did you mean "${meant}"?`, { nodes }));
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
    StringValue: suggestOperator,
    IntValue: suggestOperator,
    FloatValue: suggestOperator,
    BooleanValue: suggestOperator,
    EnumValue: suggestOperator,
  };
};
