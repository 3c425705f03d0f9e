import type { DocumentNode } from 'graphql';

/** Parsed documents by their text; those that were not asked for longest give way. */
export interface DocumentCache {
  readonly get: (text: string) => DocumentNode | undefined;
  readonly set: (text: string, document: DocumentNode) => void;
}

/**
 * Holds documents of so many characters together, which bounds its memory whatever clients send: a parsed document
 * takes some hundred times the memory of its text.
 */
export function createDocumentCache(maxCharacters: number): DocumentCache {
  const documents = new Map<string, DocumentNode>();
  let characters = 0;
  const remove = (text: string) => {
    if (documents.delete(text)) characters -= text.length;
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
      characters += text.length;
      for (const oldest of documents.keys()) {
        if (characters <= maxCharacters) break;
        remove(oldest);
      }
    },
  };
}
