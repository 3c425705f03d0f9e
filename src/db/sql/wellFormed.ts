import { type AppError, badInput } from '../../errors.ts';

/**
 * Creates the error for a text with half of a surrogate pair, which UTF-8 cannot represent, so that another character
 * would be stored.
 */
export const loneSurrogate = (): AppError =>
  badInput('A text contains half of a surrogate pair (\\uD800 to \\uDFFF on its own), which is not a character');

/**
 * Tells whether JSON written by JavaScript only contains whole characters; half of a surrogate pair is written as an
 * escape.
 */
export const isWellFormedJson = (json: string): boolean =>
  !json.includes('\\ud') || !/(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(json);
