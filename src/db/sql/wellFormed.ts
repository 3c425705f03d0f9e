import { type AppError, badInput } from '../../errors.ts';

/** Refuses a text that has half of a surrogate pair: UTF-8 has no form for it, and something else would be stored. */
export const loneSurrogate = (): AppError =>
  badInput('A text contains half of a surrogate pair (\\uD800 to \\uDFFF on its own), which is not a character');

/** Whether JSON that JavaScript wrote has whole characters only: it writes half of a surrogate pair as an escape. */
export const isWellFormedJson = (json: string): boolean =>
  !json.includes('\\ud') || !/(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(json);
