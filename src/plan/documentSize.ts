import { type DocumentNode, type Token, TokenKind } from 'graphql';

/**
 * Number of characters that take as much memory as a parsed token, since the text and the values of its strings have up
 * to two bytes per character each.
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
