import { assertValidSchema, GraphQLSchema } from 'graphql';
import { findArrivals } from '../catalog/arrival.ts';
import type { Warn } from '../catalog/comment.ts';
import type { Directed } from '../catalog/directives.ts';
import type { PageLimits } from '../config/limits.ts';
import { ConfigError } from '../config/variables.ts';
import { errorMessage } from '../errors.ts';
import { createBuilder } from './builder.ts';
import { defineExtensions, type ExtensionModule } from './extensions/define.ts';
import { defineFunctions } from './functions/functions.ts';
import { LazySchema } from './lazySchema.ts';
import { defineList } from './lists/list.ts';
import { defineLookups, defineNode } from './lookups.ts';
import { defineMutations } from './mutations/mutations.ts';
import { defineObject } from './objects.ts';
import { formerNamesExtension } from './reportRenamed.ts';
import { defineTails } from './subscriptions.ts';
import { createTypes } from './types.ts';

export interface SchemaOptions {
  readonly limits: PageLimits;
  readonly extensions: readonly ExtensionModule[];
  /** Called for extensions that are left out. */
  readonly warn: Warn;
  /** Called for values that the catalog does not know, which means that the database's schema has changed. */
  readonly onSchemaChanged?: (error: Error) => void;
}

/**
 * Builds the GraphQL schema of a catalog. Equal catalogs print the same schema, byte for byte. Throws a ConfigError
 * that names the file of an extension that does not fit.
 */
export function createSchema(directed: Directed, options: SchemaOptions): GraphQLSchema {
  try {
    return build(directed, options);
  } catch (error) {
    const file = failingExtension(directed, options);
    if (file === undefined) throw error;
    throw new ConfigError([`EXTENSIONS: ${file}: ${errorMessage(error)}`]);
  }
}

/**
 * Finds the file of the first extension with which the schema cannot be built. Most faults only show in the complete
 * schema, which does not tell where they come from.
 */
function failingExtension(directed: Directed, options: SchemaOptions): string | undefined {
  const { extensions } = options;
  const fails = (count: number): boolean => {
    try {
      build(directed, { ...options, extensions: extensions.slice(0, count), warn: () => {} });
      return false;
    } catch {
      return true;
    }
  };
  return fails(0) ? undefined : extensions.find((_, i) => fails(i + 1))?.file;
}

function build(directed: Directed, options: SchemaOptions): GraphQLSchema {
  const { limits, extensions, warn, onSchemaChanged } = options;
  const builder = createBuilder();
  const types = createTypes(builder, directed, { arrivals: findArrivals(directed, warn), limits, onSchemaChanged });
  defineNode(builder, types);
  for (const type of types.all) {
    defineObject(builder, types, type);
    defineLookups(builder, types, type);
    defineList(builder, types, type.table);
  }
  // A standby cannot write.
  if (!types.catalog.isStandby) defineMutations(builder, types);
  defineFunctions(builder, types);
  defineTails(builder, types);
  defineExtensions(builder, types, extensions, warn);
  const schema = new LazySchema(builder, formerNamesExtension(types.formerNames));
  if (extensions.length > 0) assertValidSchema(new GraphQLSchema({ ...schema.toConfig(), assumeValid: false }));
  return schema;
}
