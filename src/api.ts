import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { findArrivals } from './catalog/arrival.ts';
import type { Catalog } from './catalog/catalog.ts';
import { applyDirectives } from './catalog/directives.ts';
import type { PageLimits } from './config.ts';
import type { Context, Incoming } from './context.ts';
import type { Db } from './db/db.ts';
import { introspect } from './db/introspect.ts';
import { AppError } from './errors.ts';
import { createLoaders } from './loaders/loaders.ts';
import { extensions } from './schema/extensions/extensions.ts';
import { createSchema } from './schema/schema.ts';

/** A GraphQL schema with all that belongs to it; a request runs from start to end on one. */
export interface Api {
  readonly schema: GraphQLSchema;
  readonly catalog: Catalog;
  readonly fingerprint: string;
  readonly createContext: (incoming: Incoming) => Context;
}

export interface ApiOptions {
  readonly db: Db;
  /** The schema in the database. */
  readonly schemaName: string;
  readonly limits: PageLimits;
  readonly log: Logger;
}

/** The schema shows the role no table. */
export const nothingToRead = (schemaName: string): AppError =>
  new AppError(
    'DATABASE_UNAVAILABLE',
    `There is no table to read in the schema "${schemaName}": it does not exist, is empty, or the role lacks USAGE on it and SELECT on its tables`,
  );

/** Reads the catalog and builds the API that it decides; rejects where there is nothing to serve. */
export async function buildApi({ db, schemaName, limits, log }: ApiOptions): Promise<Api> {
  const started = performance.now();
  const { catalog: found, fingerprint } = await introspect(db, schemaName);
  if (found.tables.length === 0) throw nothingToRead(schemaName);
  const read = performance.now();
  const warn = (message: string) => log.warn({ schema: schemaName }, message);
  const directed = applyDirectives(found, warn);
  const schema = createSchema(directed, { limits, extensions, warn });
  const { catalog } = directed;
  log.info(
    {
      schema: schemaName,
      tables: catalog.tables.length,
      catalogMs: Math.round(read - started),
      buildMs: Math.round(performance.now() - read),
    },
    'API built from the catalog',
  );
  const withoutTail = [...findArrivals(directed, () => {})].flatMap(([table, found]) =>
    'reason' in found ? [`${table}: ${found.reason}`] : [],
  );
  log.info({ schema: schemaName, withoutTail }, 'Tables without a live tail, and why');
  return {
    schema,
    catalog,
    fingerprint,
    createContext: (incoming) => ({ ...incoming, db, loaders: createLoaders(db, catalog) }),
  };
}
