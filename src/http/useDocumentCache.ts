import type { DocumentNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { DocumentContext } from './useDocuments.ts';

/** What a document takes beside its tokens, as if it were tokens: some 6 kB. */
const ownTokens = 10;

/** Parsed documents that were let in, by their texts. */
export type DocumentCache = LRUCache<string, DocumentNode>;

/**
 * Keeps the documents used last, up to so many tokens together. That bounds their memory whatever clients send: a token
 * takes some 650 bytes once it is parsed, be it of one character or of forty.
 */
export const createDocumentCache = (maxTokens: number): DocumentCache =>
  new LRUCache({ maxSize: maxTokens, sizeCalculation: ({ tokenCount = 0 }) => ownTokens + tokenCount });

/** Parses a document once for as long as it is kept. */
export function useDocumentCache(documents: DocumentCache): Plugin<Partial<DocumentContext>> {
  return {
    onParse({ params: { source }, setParsedDocument }) {
      const document = documents.get(typeof source === 'string' ? source : source.body);
      if (document) setParsedDocument(document);
    },
    onValidate({ params: { documentAST }, context }) {
      return ({ valid }) => {
        const text = documentAST.loc?.source.body;
        // Persisted documents are kept anyway.
        if (valid && text !== undefined && !context.persisted) documents.set(text, documentAST);
      };
    },
  };
}
