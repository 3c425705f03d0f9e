/** Page sizes: what a list returns when not told, and at most. */
export interface PageLimits {
  readonly defaultSize: number;
  readonly maxSize: number;
}

/** A list returns 50 rows when not told, or fewer where fewer are the most. */
export const pageLimitsOf = (maxSize: number): PageLimits => ({ defaultSize: Math.min(50, maxSize), maxSize });

export const defaultPageLimits = pageLimitsOf(1000);

/** What one request may ask for, and what its answer may hold. */
export interface RequestLimits {
  /** Of a document's text, and selections once its fragments are spread. */
  readonly tokens: number;
  /** Fields within fields. */
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  /** The rows that a document can ask for: see `priceOf`. */
  readonly cost: number;
  /** Of the response's JSON, and of the rows that its statements return: see `createBudget`. */
  readonly bytes: number;
  /** Requests of one caller, or of one address where nobody is asked who they are; null for any number. */
  readonly perMinute: number | null;
  /** How many proxies in front append to X-Forwarded-For. */
  readonly proxies: number;
}

/**
 * What ordinary use does not meet, and fifty requests at once that use all of it do not fill a replica of 1 GiB with
 * (`npm run bench:crowd`).
 */
export const defaultRequestLimits: RequestLimits = {
  tokens: 20_000,
  depth: 30,
  aliases: 1000,
  directives: 500,
  cost: 200_000,
  bytes: 4_000_000,
  perMinute: null,
  proxies: 0,
};
