import { BuildCache } from '@pothos/core';
import {
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  GraphQLSchema,
  isObjectType,
  specifiedScalarTypes,
} from 'graphql';
import type { Builder } from './builder.ts';

/**
 * A schema whose types are built when they are asked for. A document meets few of them, and all of a thousand tables would
 * take seconds and hundreds of megabytes. Whoever asks for the whole map, as introspection does, has all built.
 */
export class LazySchema extends GraphQLSchema {
  readonly #builder: Builder;
  readonly #cache: BuildCache<Builder['$inferSchemaTypes']>;
  #all: ReturnType<GraphQLSchema['getTypeMap']> | null = null;
  #implementations = new Map<string, ReturnType<GraphQLSchema['getImplementations']>>();

  /** Of a builder whose fields are deferred, and to which no more types are added. */
  constructor(builder: Builder, extensions: GraphQLSchema['extensions']) {
    super({ extensions, assumeValid: true });
    for (const scalar of specifiedScalarTypes)
      if (!builder.configStore.hasImplementation(scalar.name)) builder.addScalarType(scalar.name as 'ID', scalar);
    builder.configStore.prepareForBuild();
    this.#builder = builder;
    this.#cache = new BuildCache(builder, {});
  }

  override getType(name: string): GraphQLNamedType | undefined {
    const { configStore } = this.#builder;
    const { types } = this.#cache;
    if (!types.has(name) && configStore.hasImplementation(name))
      this.#cache.buildTypeFromConfig(configStore.getTypeConfig(name));
    return types.get(name) ?? super.getTypeMap()[name];
  }

  /** How many types it has; they need not be built for that. */
  get size(): number {
    return this.#builder.configStore.typeConfigs.size + Object.keys(super.getTypeMap()).length;
  }

  /** By name, as they are listed. */
  override getTypeMap(): ReturnType<GraphQLSchema['getTypeMap']> {
    this.#all ??= this.#buildAll();
    return this.#all;
  }

  #buildAll(): ReturnType<GraphQLSchema['getTypeMap']> {
    const names = [...Object.keys(super.getTypeMap()), ...this.#builder.configStore.typeConfigs.keys()];
    const types = [...new Set(names)].sort().flatMap((name) => this.getType(name) ?? []);
    for (const type of types) if ('getFields' in type) type.getFields();
    return Object.fromEntries(types.map((type) => [type.name, type]));
  }

  #root(name: string): GraphQLObjectType | undefined {
    const type = this.getType(name);
    return isObjectType(type) ? type : undefined;
  }

  override getQueryType(): GraphQLObjectType | undefined {
    return this.#root('Query');
  }

  override getMutationType(): GraphQLObjectType | undefined {
    return this.#root('Mutation');
  }

  override getSubscriptionType(): GraphQLObjectType | undefined {
    return this.#root('Subscription');
  }

  override getImplementations(type: GraphQLInterfaceType): ReturnType<GraphQLSchema['getImplementations']> {
    const known = this.#implementations.get(type.name);
    if (known) return known;
    const objects = this.#cache.getImplementers(type).flatMap(({ name }) => this.#root(name) ?? []);
    const found = { objects, interfaces: [] };
    this.#implementations.set(type.name, found);
    return found;
  }
}

/** How many types a schema has. */
export const typeCount = (schema: GraphQLSchema): number =>
  schema instanceof LazySchema ? schema.size : Object.keys(schema.getTypeMap()).length;
