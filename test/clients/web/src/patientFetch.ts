// #region fetch
/** A `fetch` that asks again while the API waits for its database. */
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

/** A mutation may have been done although its answer was lost: that is for people to decide. */
const isRead = (init: RequestInit = {}) => init.method !== 'POST' || /"query":"\s*(query\b|\{)/.test(String(init.body));

/** Where some fields have data the status is 200, and the errors say what is away. */
async function isAway(response: Response): Promise<boolean> {
  if (!/json/.test(response.headers.get('content-type') ?? '')) return response.status === 503;
  const { errors = [] } = await response.clone().json();
  return errors.some((error: { extensions?: { code?: string } }) => /_UNAVAILABLE$/.test(error.extensions?.code ?? ''));
}
// #endregion
