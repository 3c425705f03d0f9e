// #region fetch
/** A `fetch` that retries while the API cannot reach its database. */
export const patientFetch: typeof fetch = async (input, init) => {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(input, init);
    if (attempt === 5 || !isRead(init) || !(await isAway(response))) return response;
    await response.body?.cancel();
    const seconds = Number(response.headers.get('retry-after') ?? 1);
    const jitter = 1 + Math.random() / 2;
    await new Promise((resolve) => setTimeout(resolve, seconds * attempt * jitter * 1000));
  }
};

/**
 * Tells a read by its text or by GET. Mutations are not retried: one whose response was lost may have succeeded. A
 * persisted document in a POST is treated as a mutation, since its id does not tell.
 */
const isRead = (init: RequestInit = {}) => init.method !== 'POST' || /"query":"\s*(query\b|\{)/.test(String(init.body));

/** Tells whether the database is unreachable. With partial data the status is 200, so only the errors show it. */
async function isAway(response: Response): Promise<boolean> {
  if (!/json/.test(response.headers.get('content-type') ?? '')) return response.status === 503;
  const { errors = [] } = await response.clone().json();
  return errors.some((error: { extensions?: { code?: string } }) => /_UNAVAILABLE$/.test(error.extensions?.code ?? ''));
}
// #endregion
