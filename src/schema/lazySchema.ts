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
 * A schema that builds its types on demand. A document uses few of them, and building the types of a thousand tables
 * would take seconds and hundreds of megabytes.
 */
export class LazySchema extends GraphQLSchema {
  readonly #builder: Builder;
  readonly #cache: BuildCache<Builder['$inferSchemaTypes']>;
  #map: ReturnType<GraphQLSchema['getTypeMap']> | null = null;
  #implementations = new Map<string, ReturnType<GraphQLSchema['getImplementations']>>();

  /** Takes a builder whose fields are deferred, and to which no more types are added. */
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

  /**
   * Returns the types by name, in order. Each is built only when it is read, since every validation lists the names.
   */
  override getTypeMap(): ReturnType<GraphQLSchema['getTypeMap']> {
    this.#map ??= this.#createMap();
    return this.#map;
  }

  #createMap(): ReturnType<GraphQLSchema['getTypeMap']> {
    const map = Object.create(null);
    const names = [...Object.keys(super.getTypeMap()), ...this.#builder.configStore.typeConfigs.keys()];
    for (const name of [...new Set(names)].sort())
      Object.defineProperty(map, name, { enumerable: true, get: () => this.getType(name) });
    return map;
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
