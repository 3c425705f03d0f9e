import { Lexer, type Source, TokenKind } from 'graphql';
import type { RequestLimits } from '../config/limits.ts';
import { tooComplex } from '../errors.ts';

/**
 * Maximum depth of nested brackets. Parser, validation rules and value readers are recursive, and 10,000 levels, which
 * fit into 30 kB, overflow the stack.
 */
export const maxNesting = 200;

const opening: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closing: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * Scans a document's tokens and comments once, before it is parsed. Throws QUERY_TOO_COMPLEX at the first token beyond
 * a limit, and a GraphQLError if the text cannot be tokenised.
 */
export function scan(source: Source, limits: Pick<RequestLimits, 'tokens' | 'aliases' | 'directives'>): void {
  const lexer = new Lexer(source);
  const left = { tokens: limits.tokens, aliases: limits.aliases, directives: limits.directives };
  const spend = (what: keyof typeof left) => {
    if (--left[what] < 0) throw tooComplex(`The document has more than ${limits[what]} ${what}`);
  };
  let nesting = 0;
  let parentheses = 0;
  for (let token = lexer.advance(); ; token = lexer.advance()) {
    // The lexer skips comments, but they stay in memory as tokens.
    for (let { prev } = token; prev?.kind === TokenKind.COMMENT; prev = prev.prev) spend('tokens');
    const { kind } = token;
    if (kind === TokenKind.EOF) return;
    spend('tokens');
    if (kind === TokenKind.PAREN_L) parentheses++;
    if (kind === TokenKind.PAREN_R) parentheses--;
    // Inside parentheses a colon belongs to an argument or a variable, not to an alias.
    if (kind === TokenKind.COLON && parentheses <= 0) spend('aliases');
    if (kind === TokenKind.AT) spend('directives');
    if (opening.has(kind) && ++nesting > maxNesting)
      throw tooComplex(`The document nests deeper than ${maxNesting} brackets`);
    if (closing.has(kind)) nesting--;
  }
}

/** Tells whether a JSON value nests lists and objects deeper than `maxNesting`. */
export function nestsTooDeep(value: unknown, levels = maxNesting): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((item) => nestsTooDeep(item, levels - 1));
  for (const name in value)
    if (nestsTooDeep((value as Readonly<Record<string, unknown>>)[name], levels - 1)) return true;
  return false;
}
