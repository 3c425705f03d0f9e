import type { DocumentNode } from 'graphql';

/** Parsed documents by their text; those that were not asked for longest give way. */
export interface DocumentCache {
  readonly get: (text: string) => DocumentNode | undefined;
  readonly set: (text: string, document: DocumentNode) => void;
}

/** What a document takes beside its tokens, as if it were tokens: some 6 kB. */
const ownTokens = 10;

/**
 * Holds documents of so many tokens together, which bounds its memory whatever clients send: a token takes some 650
 * bytes once it is parsed, be it of one character or of forty.
 */
export function createDocumentCache(maxTokens: number): DocumentCache {
  const documents = new Map<string, DocumentNode>();
  let tokens = 0;
  const remove = (text: string) => {
    const document = documents.get(text);
    if (documents.delete(text)) tokens -= tokensOf(document);
  };
  return {
    get(text) {
      const document = documents.get(text);
      if (!document) return undefined;
      documents.delete(text);
      documents.set(text, document);
      return document;
    },
    set(text, document) {
      remove(text);
      documents.set(text, document);
      tokens += tokensOf(document);
      for (const oldest of documents.keys()) {
        if (tokens <= maxTokens) break;
        remove(oldest);
      }
    },
  };
}

const tokensOf = (document: DocumentNode | undefined): number => ownTokens + (document?.tokenCount ?? 0);
