// Plain JavaScript, because a browser gets this file as it is; tsc checks the types in its comments.

/**
 * An operation as GraphiQL passes it, and the observer of its results.
 * @typedef {{ query: string, operationName?: string | null, variables?: unknown }} Params
 * @typedef {{ headers?: Record<string, string> }} Options
 * @typedef {{ next(result: unknown): void, error(error: unknown): void, complete(): void }} Observer
 */

/**
 * Creates the function that runs GraphiQL's operations: a query or a mutation has one result, a subscription one for
 * each server-sent event.
 * @param {string} url
 * @param {typeof fetch} send
 * @param {(params: Params) => object} [body] creates the request body of an operation
 */
export const createFetcher =
  (url, send, body = (params) => params) =>
  /**
   * @param {Params} params
   * @param {Options} [options]
   */
  (params, { headers } = {}) => ({
    /** @param {Observer} observer */
    subscribe(observer) {
      const stop = new AbortController();
      const run = async () => {
        const accept = 'application/graphql-response+json, application/json, text/event-stream';
        const response = await send(url, {
          method: 'POST',
          headers: { accept, 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body(params)),
          signal: stop.signal,
        });
        if (response.body && response.headers.get('content-type')?.startsWith('text/event-stream'))
          await readEvents(response.body, observer.next);
        else observer.next(await response.json());
      };
      run().then(observer.complete, (error) => stop.signal.aborted || observer.error(error));
      return { unsubscribe: () => stop.abort() };
    },
  });

/**
 * @param {NonNullable<Response['body']>} body
 * @param {(result: unknown) => void} next
 */
async function readEvents(body, next) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    const events = (text + chunk.value).split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const data = /^data: (.+)$/m.exec(event)?.[1];
      if (data) next(JSON.parse(data));
    }
  }
}
