import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { findArrivals } from '../catalog/arrival.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { applyDirectives } from '../catalog/directives.ts';
import type { PageLimits, RequestLimits } from '../config/limits.ts';
import type { Context, Incoming } from '../context.ts';
import type { SharedDb } from '../db/db.ts';
import { type Emptiness, readEmptiness } from '../db/introspect/emptiness.ts';
import { readFingerprint } from '../db/introspect/fingerprint.ts';
import { type Introspection, introspect } from '../db/introspect/introspect.ts';
import { type PreparedDocument, type PreparedDocuments, prepareDocuments } from '../documents/prepare.ts';
import { type DocumentStore, noDocuments } from '../documents/store.ts';
import { AppError } from '../errors.ts';
import { createPlans, type Plans } from '../plan/plans.ts';
import type { ExtensionModule } from '../schema/extensions/define.ts';
import { createSchema } from '../schema/schema.ts';
import { createContext } from './createContext.ts';

/** A GraphQL schema with everything that belongs to it. A request runs on one API from start to end. */
export interface Api {
  readonly schema: GraphQLSchema;
  /**
   * Returns a copy of the schema for work that builds all types, such as introspection. Only a weak reference to the
   * copy is kept, so that its types can be collected.
   */
  readonly wholeSchema: () => GraphQLSchema;
  readonly catalog: Catalog;
  /** Identity of the catalog that it was built from. */
  readonly introspection: Pick<Introspection, 'digest' | 'fingerprint'>;
  readonly documents: PreparedDocuments;
  /** Validates documents against the schema, and on a standby against that of its primary too. */
  readonly prepareDocuments: (store: DocumentStore) => PreparedDocuments;
  /** Validates the persisted documents that were read last; throws if they may not be served. */
  readonly fitDocuments: () => PreparedDocuments;
  readonly plans: Plans;
  readonly createContext: (incoming: Incoming, limits: RequestLimits) => Context;
}

export interface ApiOptions {
  readonly db: SharedDb;
  /** The schema in the database. */
  readonly schemaName: string;
  readonly limits: PageLimits;
  readonly extensions?: readonly ExtensionModule[];
  /** The persisted documents. With `strict` there is no API when one of them does not fit its schema. */
  readonly documents?: { readonly store: DocumentStore; readonly strict: boolean };
  /** Called with an error when a value shows that the database's schema has changed. */
  readonly onSchemaChanged?: (error: Error) => void;
  readonly log: Logger;
}

/** Creates the error for a schema in which the role can see no table. */
export function nothingToRead(schemaName: string, { cause, database, role, others }: Emptiness): AppError {
  const causes = {
    missing: `the database "${database}" has no such schema`,
    'no usage': `the role "${role}" has no USAGE on it`,
    'no table': `it has none that "${role}" may SELECT`,
  };
  const hint =
    others.length > 0
      ? `EVENTS_SCHEMA can be one of ${others.join(', ')}`
      : 'The role can read no table of another schema either';
  return nothingToServe(schemaName, `${causes[cause]}. ${hint}`);
}

const nothingToServe = (schemaName: string, why: string): AppError =>
  new AppError('DATABASE_UNAVAILABLE', `There is no table to read in the schema "${schemaName}": ${why}`);

/** Creates the error for a schema whose tables are all left out of the API. */
export const nothingShown = (schemaName: string): AppError =>
  nothingToServe(
    schemaName,
    'all tables are hidden. Add @expose to the comment of one that an extension created, or remove @omit from a comment',
  );

/** Reads the catalog; rejects with an explanation if it is empty. */
async function introspectNonEmpty({ db, schemaName }: ApiOptions, fingerprint?: string): Promise<Introspection> {
  const found = await introspect(db, schemaName, fingerprint);
  if (found.catalog.tables.length > 0) return found;
  throw nothingToRead(schemaName, await readEmptiness(db, schemaName));
}

/** The source of APIs: the catalog of one schema. */
export interface ApiSource {
  readonly readFingerprint: () => Promise<string>;
  /** Reads the catalog; `fingerprint` is one that was just read, and saves reading it again. */
  readonly introspect: (fingerprint?: string) => Promise<Introspection>;
  /** Builds the API; throws if there is nothing to serve. */
  readonly build: (introspection: Introspection) => Api;
}

export const createApiSource = (options: ApiOptions): ApiSource => ({
  readFingerprint: () => readFingerprint(options.db, options.schemaName),
  introspect: (fingerprint) => introspectNonEmpty(options, fingerprint),
  build: (introspection) => buildFrom(introspection, options),
});

/** Reads the catalog and builds its API; rejects if there is nothing to serve. */
export async function buildApi(options: ApiOptions): Promise<Api> {
  const { introspect, build } = createApiSource(options);
  return build(await introspect());
}

function buildFrom({ catalog: found, digest, fingerprint, ms }: Introspection, options: ApiOptions): Api {
  const { db, schemaName, limits, extensions = [], onSchemaChanged, log } = options;
  const started = performance.now();
  const warn = (message: string) => log.warn({ schema: schemaName }, message);
  const directed = applyDirectives(found, warn);
  if (directed.catalog.tables.length === 0) throw nothingShown(schemaName);
  const { catalog } = directed;
  const schema = createSchema(directed, { limits, extensions, warn, onSchemaChanged });
  const wholeSchema = heldWeakly(() => createSchema(directed, { limits, extensions, warn: () => {} }));
  const primary = { ...directed, catalog: { ...catalog, isStandby: false } };
  const schemaOfPrimary = () =>
    catalog.isStandby ? createSchema(primary, { limits, extensions, warn: () => {} }) : undefined;
  const prepare: Api['prepareDocuments'] = (store) =>
    prepareDocuments(store, schema, store.all.length > 0 ? schemaOfPrimary() : undefined);
  const refit = () => fitDocuments(prepare, options);
  const documents = refit();
  log.info(
    {
      schema: schemaName,
      tables: catalog.tables.length,
      ...countsOf(documents),
      catalogMs: Math.round(ms),
      buildMs: Math.round(performance.now() - started),
    },
    'Built the API from the catalog',
  );
  const withoutTail = [...findArrivals(directed, () => {})].flatMap(([table, arrival]) =>
    'reason' in arrival ? [`${table}: ${arrival.reason}`] : [],
  );
  log.info({ schema: schemaName, withoutTail }, 'Tables without a live tail, and why');
  return {
    schema,
    wholeSchema,
    catalog,
    introspection: { digest, fingerprint },
    documents,
    prepareDocuments: prepare,
    fitDocuments: refit,
    plans: createPlans(schema),
    createContext: (incoming, limits) => createContext(incoming, { db, catalog, limits }),
  };
}

/** Returns a function that creates a value on demand, and again once it has been collected. */
function heldWeakly<T extends object>(make: () => T): () => T {
  let held: WeakRef<T> | undefined;
  return () => {
    const thing = held?.deref() ?? make();
    held = new WeakRef(thing);
    return thing;
  };
}

/** Validates the persisted documents and logs those that do not fit; throws if `strict` asks for that. */
function fitDocuments(
  prepare: Api['prepareDocuments'],
  { documents: { store, strict } = { store: noDocuments, strict: false }, log }: ApiOptions,
): PreparedDocuments {
  const prepared = prepare(store);
  const forPrimary = prepared.all.filter(({ isForPrimary }) => isForPrimary);
  if (forPrimary.length > 0)
    log.info(
      { ids: forPrimary.flatMap(({ stored }) => stored.ids) },
      'Some persisted documents need the primary and are not served by a standby',
    );
  for (const [file, misfits] of Map.groupBy(prepared.all.filter(isInvalid), ({ stored }) => stored.file)) {
    const documents = misfits.map(({ stored, errors }) => ({
      ids: stored.ids,
      problems: errors.map(({ message }) => message),
    }));
    log.error({ file, documents }, 'Persisted documents do not fit the schema');
  }
  const { documents: all, invalidDocuments: invalid } = countsOf(prepared);
  if (!strict || invalid === 0) return prepared;
  throw new AppError(
    'PERSISTED_DOCUMENT_INVALID',
    `STRICT_DOCUMENTS: ${invalid} of ${all} persisted documents do not fit the schema`,
  );
}

/** Counts the documents, for the log. */
export const countsOf = ({ all }: PreparedDocuments) => ({
  documents: all.length,
  invalidDocuments: all.filter(isInvalid).length,
});

const isInvalid = ({ document, isForPrimary }: PreparedDocument) => document === null && !isForPrimary;
