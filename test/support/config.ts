import type { Config } from '../../src/config/config.ts';
import { defaultPageLimits, defaultRequestLimits, type RequestLimits } from '../../src/config/limits.ts';
import type { AppOptions } from '../../src/server/app.ts';

/** A permissive configuration with few requirements; each test changes what it is about. */
export const appConfig: AppOptions['config'] & Pick<Config, 'schemaPollMs' | 'sseMaxSeconds'> = {
  auth: null,
  graphiql: false,
  corsOrigins: [],
  maxBodyBytes: 1_000_000,
  poolSize: 10,
  requestTimeoutMs: 30_000,
  documents: { paths: [], persistedOnly: false, strict: false },
  cacheControl: 'no-cache',
  limits: defaultPageLimits,
  requestLimits: defaultRequestLimits,
  schemaPollMs: 60_000,
  sseMaxSeconds: 230,
};

/** Limits for documents that request everything at once. */
export const unlimited: Partial<RequestLimits> = { tokens: 1e6, aliases: 1e5, depth: 200, cost: 1e9, bytes: 1e9 };
