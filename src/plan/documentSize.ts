import { type DocumentNode, type Token, TokenKind } from 'graphql';

/**
 * Number of characters that take as much memory as a parsed token. A character takes up to two bytes in the document's
 * text and, in a string, up to two more in the string's value.
 */
const charactersOfToken = 150;

/**
 * Returns the memory that a parsed document takes, in tokens of about 650 bytes. It includes comments, which graphql-js
 * keeps but does not count, and long texts.
 */
export function documentSize({ tokenCount = 0, loc }: DocumentNode): number {
  let size = tokenCount + Math.floor((loc?.source.body.length ?? 0) / charactersOfToken);
  for (let token: Token | null | undefined = loc?.startToken; token; token = token.next)
    if (token.kind === TokenKind.COMMENT) size++;
  return size;
}
