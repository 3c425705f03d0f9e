import type { DocumentNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import { documentSize } from '../plan/documentSize.ts';
import type { DocumentContext } from './useDocuments.ts';

/** Overhead of a document, expressed in tokens: about 6 kB. */
const ownTokens = 10;

/** Parsed documents that were admitted, by text. */
export type DocumentCache = LRUCache<string, DocumentNode>;

/**
 * Creates the cache of the most recently used documents, limited by their total size in tokens, as `documentSize`
 * counts them. This bounds memory whatever clients send.
 */
export const createDocumentCache = (maxTokens: number): DocumentCache =>
  new LRUCache({ maxSize: maxTokens, sizeCalculation: (document) => ownTokens + documentSize(document) });

/** Parses each document only once while it is cached. */
export function useDocumentCache(documents: DocumentCache): Plugin<Partial<DocumentContext>> {
  return {
    onParse({ params: { source }, setParsedDocument }) {
      const document = documents.get(typeof source === 'string' ? source : source.body);
      if (document) setParsedDocument(document);
    },
    onValidate({ params: { documentAST }, context }) {
      return ({ valid }) => {
        const text = documentAST.loc?.source.body;
        // Persisted documents are kept by their store.
        if (valid && text !== undefined && !context.persisted) documents.set(text, documentAST);
      };
    },
  };
}
