import { Lexer, type Source, TokenKind } from 'graphql';
import type { RequestLimits } from '../config/limits.ts';
import { tooComplex } from '../errors.ts';

/**
 * Brackets within brackets. The parser, the validation rules and the reading of values call themselves for each, and
 * 10,000 levels, which fit into 30 kB, end the stack.
 */
export const maxNesting = 200;

const opening: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closing: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * Reads a document's tokens once, before it is parsed. Throws QUERY_TOO_COMPLEX at the first token beyond a limit, and
 * a GraphQLError where the text has no tokens.
 */
export function scan(source: Source, limits: Pick<RequestLimits, 'tokens' | 'aliases' | 'directives'>): void {
  const lexer = new Lexer(source);
  const left = { tokens: limits.tokens, aliases: limits.aliases, directives: limits.directives };
  const spend = (what: keyof typeof left) => {
    if (--left[what] < 0) throw tooComplex(`The document has more than ${limits[what]} ${what}`);
  };
  let nesting = 0;
  let parentheses = 0;
  for (let { kind } = lexer.advance(); kind !== TokenKind.EOF; kind = lexer.advance().kind) {
    spend('tokens');
    if (kind === TokenKind.PAREN_L) parentheses++;
    if (kind === TokenKind.PAREN_R) parentheses--;
    // Within parentheses a colon belongs to an argument or a variable.
    if (kind === TokenKind.COLON && parentheses <= 0) spend('aliases');
    if (kind === TokenKind.AT) spend('directives');
    if (opening.has(kind) && ++nesting > maxNesting)
      throw tooComplex(`The document nests more than ${maxNesting} brackets`);
    if (closing.has(kind)) nesting--;
  }
}

/** Whether lists and objects of a JSON value stand in each other more than `maxNesting` deep. */
export const nestsTooDeep = (value: unknown, levels = maxNesting): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((item) => nestsTooDeep(item, levels - 1)));
