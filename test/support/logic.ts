/** A truth value of SQL: null where it is unknown. */
export type Truth = boolean | null;

export const not = (truth: Truth): Truth => (truth === null ? null : !truth);

export const all = (truths: readonly Truth[]): Truth =>
  truths.includes(false) ? false : truths.includes(null) ? null : true;

export const any = (truths: readonly Truth[]): Truth => not(all(truths.map(not)));
