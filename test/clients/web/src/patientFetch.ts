// #region fetch
/** A `fetch` that asks again while the API waits for its database. */
export const patientFetch: typeof fetch = async (input, init) => {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(input, init);
    if (response.status !== 503 || attempt === 5 || !isRead(init)) return response;
    await response.body?.cancel();
    const seconds = Number(response.headers.get('retry-after') ?? 1);
    const jitter = 1 + Math.random() / 2;
    await new Promise((resolve) => setTimeout(resolve, seconds * attempt * jitter * 1000));
  }
};

/** A mutation may have been done although its answer was lost: that is for people to decide. */
const isRead = (init: RequestInit = {}) => init.method !== 'POST' || /"query":"\s*(query\b|\{)/.test(String(init.body));
// #endregion
