import type { GraphQLSchema } from 'graphql';
import type { Directed } from '../catalog/directives.ts';
import { createBuilder } from './builder.ts';
import type { PageLimits } from './connection.ts';
import { defineList } from './lists.ts';
import { defineLookups, defineNode } from './lookups.ts';
import { defineObject } from './objects.ts';
import { createTypes } from './types.ts';

/** Builds the GraphQL schema of a catalog; equal catalogs give equal schemas, byte for byte when printed. */
export function createSchema(directed: Directed, limits: PageLimits): GraphQLSchema {
  const builder = createBuilder();
  const types = createTypes(builder, directed, limits);
  defineNode(builder, types);
  for (const type of types.all) {
    defineObject(builder, types, type);
    defineLookups(builder, types, type);
    defineList(builder, types, type.table);
  }
  return builder.toSchema();
}
