/** The test files about requests: audits, callers, documents, limits, caching, messages, errors, status codes. */
export const requestTests = [
  () => import('../http/audits.test.ts'),
  () => import('../http/callers.test.ts'),
  () => import('../http/errors.test.ts'),
  () => import('../http/messages.test.ts'),
  () => import('../http/status.test.ts'),
  () => import('../documents/requests.test.ts'),
  () => import('../limits/cache.test.ts'),
  () => import('../limits/documents.test.ts'),
  () => import('../limits/responses.test.ts'),
];
