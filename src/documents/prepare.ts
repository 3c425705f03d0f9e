import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { didYouMean } from '../schema/didYouMean.ts';
import { reportRenamed } from '../schema/reportRenamed.ts';
import type { DocumentStore, StoredDocument } from './store.ts';

/** A persisted document, validated against a schema. */
export interface PreparedDocument {
  readonly stored: StoredDocument;
  /** The document, ready to execute; null if it does not fit the schema. */
  readonly document: DocumentNode | null;
  /** The reasons why the document does not fit. */
  readonly errors: readonly GraphQLError[];
  /** True if the document only fits the schema that this standby will have once it is promoted. */
  readonly isForPrimary?: boolean;
}

/** All persisted documents, validated against one schema. */
export interface PreparedDocuments {
  readonly all: readonly PreparedDocument[];
  readonly find: (id: string) => PreparedDocument | undefined;
}

/**
 * Validates all documents once, so that requests need not. On a standby it also validates against the schema of its
 * primary.
 */
export function prepareDocuments(
  { all, byId }: DocumentStore,
  schema: GraphQLSchema,
  schemaOfPrimary?: GraphQLSchema,
): PreparedDocuments {
  const prepared = new Map(all.map((stored) => [stored, prepare(stored, schema, schemaOfPrimary)]));
  return {
    all: [...prepared.values()],
    find: (id) => {
      const stored = byId.get(id);
      return stored && prepared.get(stored);
    },
  };
}

/**
 * Validation rule that rejects operations of a type that the schema lacks. graphql-js would report them only on
 * execution.
 */
const knownOperation: ValidationRule = (context) => ({
  OperationDefinition(node) {
    if (!context.getSchema().getRootType(node.operation))
      context.reportError(new GraphQLError(`There is no ${node.operation} in the schema`, { nodes: node }));
  },
});

const rules = [...specifiedRules, knownOperation];

function prepare(stored: StoredDocument, schema: GraphQLSchema, schemaOfPrimary?: GraphQLSchema): PreparedDocument {
  const { parsed } = stored;
  if (parsed instanceof GraphQLError) return { stored, document: null, errors: [parsed] };
  const errors = validate(schema, parsed, [...rules, reportRenamed, didYouMean]);
  const isForPrimary =
    errors.length > 0 && schemaOfPrimary !== undefined && validate(schemaOfPrimary, parsed, rules).length === 0;
  return { stored, document: errors.length > 0 ? null : parsed, errors, isForPrimary };
}
