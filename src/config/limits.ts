/** Page sizes of lists: by default, and at most. */
export interface PageLimits {
  readonly defaultSize: number;
  readonly maxSize: number;
}

/** Derives the page sizes: 50 rows by default, or the maximum if that is smaller. */
export const pageLimitsOf = (maxSize: number): PageLimits => ({ defaultSize: Math.min(50, maxSize), maxSize });

export const defaultPageLimits = pageLimitsOf(1000);

/** Limits for a single request and its answer. */
export interface RequestLimits {
  /**
   * Limit of the document's tokens and comments together, and also of its selections, where a fragment counts each time it
   * is spread.
   */
  readonly tokens: number;
  /** Levels of nested fields. */
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  /** Rows that the document can ask for: see `priceOf`. */
  readonly cost: number;
  /** Bytes of the response's JSON, and of the rows that statements return: see `createBudget`. */
  readonly bytes: number;
  /** Requests of one caller, or of one address if callers are anonymous; null for no limit. */
  readonly perMinute: number | null;
  /** Number of trusted proxies that append to X-Forwarded-For. */
  readonly proxies: number;
}

/**
 * Default limits, above what ordinary requests need. Fifty concurrent requests that reach all of them fit into a replica
 * of 1 GiB (`npm run bench:crowd`).
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
