import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { tellRenamed } from '../schema/tellRenamed.ts';
import { tellStep } from '../schema/tellStep.ts';
import type { DocumentStore, StoredDocument } from './store.ts';

/** What a schema makes of a persisted document. */
export interface PreparedDocument {
  readonly stored: StoredDocument;
  /** To be executed as it is; null when it does not fit the schema. */
  readonly document: DocumentNode | null;
  /** Why it does not fit. */
  readonly errors: readonly GraphQLError[];
  /** Whether it fits the schema that a standby has once it is the primary. */
  readonly isForPrimary?: boolean;
}

/** All persisted documents, as one schema sees them. */
export interface PreparedDocuments {
  readonly all: readonly PreparedDocument[];
  readonly find: (id: string) => PreparedDocument | undefined;
}

/** Validates all documents, so that no request needs to; on a standby with the schema of its primary beside its own. */
export function prepareDocuments(
  { all, byId }: DocumentStore,
  schema: GraphQLSchema,
  ofPrimary?: GraphQLSchema,
): PreparedDocuments {
  const prepared = new Map(all.map((stored) => [stored, prepare(stored, schema, ofPrimary)]));
  return {
    all: [...prepared.values()],
    find: (id) => {
      const stored = byId.get(id);
      return stored && prepared.get(stored);
    },
  };
}

/** What graphql-js says only when it runs the document. */
const knownOperation: ValidationRule = (context) => ({
  OperationDefinition(node) {
    if (!context.getSchema().getRootType(node.operation))
      context.reportError(new GraphQLError(`There is no ${node.operation} in the schema`, { nodes: node }));
  },
});

const rules = [...specifiedRules, knownOperation];

function prepare(stored: StoredDocument, schema: GraphQLSchema, ofPrimary?: GraphQLSchema): PreparedDocument {
  const { parsed } = stored;
  if (parsed instanceof GraphQLError) return { stored, document: null, errors: [parsed] };
  const errors = validate(schema, parsed, [...rules, tellRenamed, tellStep]);
  const isForPrimary = errors.length > 0 && ofPrimary !== undefined && validate(ofPrimary, parsed, rules).length === 0;
  return { stored, document: errors.length > 0 ? null : parsed, errors, isForPrimary };
}
