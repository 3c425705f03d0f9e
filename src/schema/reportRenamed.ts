import {
  type ASTNode,
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  type ValidationRule,
} from 'graphql';
import type { FormerNames } from '../catalog/formerNames.ts';

/** Returns the schema extensions from which `reportRenamed` reads the former names. */
export const formerNamesExtension = (names: FormerNames): GraphQLSchema['extensions'] => ({ formerNames: names });

/** Validation rule that reports each former name of a type, field, argument or value, with the current one. */
export const reportRenamed: ValidationRule = (context) => {
  const schema = context.getSchema();
  const names = schema.extensions['formerNames'] as FormerNames | undefined;
  if (!names || names.size === 0) return {};
  const tell = (node: ASTNode, name: string, isKnown: (name: string) => boolean) => {
    const now = isKnown(name) ? [] : [...(names.get(name) ?? [])].filter(isKnown);
    if (now.length === 0) return;
    const shown = now.map((one) => `"${one}"`).join(' or ');
    context.reportError(new GraphQLError(`"${name}" is now called ${shown}.`, { nodes: node }));
  };
  return {
    NamedType(node) {
      tell(node, node.name.value, (name) => schema.getType(name) !== undefined);
    },
    Field(node) {
      const parent = context.getParentType();
      if (isObjectType(parent) || isInterfaceType(parent))
        tell(node, node.name.value, (name) => name in parent.getFields() || name.startsWith('__'));
    },
    Argument(node) {
      const args = context.getFieldDef()?.args;
      if (args) tell(node, node.name.value, (name) => args.some((arg) => arg.name === name));
    },
    ObjectField(node) {
      const parent = getNamedType(context.getParentInputType());
      if (isInputObjectType(parent)) tell(node, node.name.value, (name) => name in parent.getFields());
    },
    EnumValue(node) {
      const type = getNamedType(context.getInputType());
      if (isEnumType(type))
        tell(node, node.value, (name) => type.getValue(name) !== null && type.getValue(name) !== undefined);
    },
  };
};
