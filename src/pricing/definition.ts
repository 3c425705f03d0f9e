import {
  type GraphQLField,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
} from 'graphql';

export type Definition = GraphQLField<unknown, unknown>;

/** Finds the definition of a field, or of one of the introspection's root fields; undefined if there is none. */
export function definitionOf(schema: GraphQLSchema, type: string | undefined, name: string): Definition | undefined {
  const parent = type === undefined ? undefined : schema.getType(type);
  if (parent === schema.getQueryType() && name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
  if (parent === schema.getQueryType() && name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
}
