import { type DocumentNode, GraphQLError, type GraphQLSchema, specifiedRules, validate } from 'graphql';
import { tellRenamed } from '../schema/tellRenamed.ts';
import type { DocumentStore, StoredDocument } from './store.ts';

/** What a schema makes of a persisted document. */
export interface PreparedDocument {
  readonly stored: StoredDocument;
  /** To be executed as it is; null when it does not fit the schema. */
  readonly document: DocumentNode | null;
  /** Why it does not fit. */
  readonly errors: readonly GraphQLError[];
}

/** All persisted documents, as one schema sees them. */
export interface PreparedDocuments {
  readonly all: readonly PreparedDocument[];
  readonly find: (id: string) => PreparedDocument | undefined;
}

/** Validates all documents, so that no request needs to. */
export function prepareDocuments({ all, byId }: DocumentStore, schema: GraphQLSchema): PreparedDocuments {
  const prepared = new Map(all.map((stored) => [stored, prepare(stored, schema)]));
  return {
    all: [...prepared.values()],
    find: (id) => {
      const stored = byId.get(id);
      return stored && prepared.get(stored);
    },
  };
}

function prepare(stored: StoredDocument, schema: GraphQLSchema): PreparedDocument {
  const { parsed } = stored;
  if (parsed instanceof GraphQLError) return { stored, document: null, errors: [parsed] };
  const errors = validate(schema, parsed, [...specifiedRules, tellRenamed]);
  return { stored, document: errors.length > 0 ? null : parsed, errors };
}
