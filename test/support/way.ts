import type { Api } from '../../src/api/api.ts';
import type { App } from '../../src/server/app.ts';

/**
 * The way in which the APIs of a test file answer queries: with a plan if there is one (usual), with the executor alone, or, for
 * queries sent by `fetch`, as a server answers a repeated query.
 */
type Way = 'usual' | 'executor' | 'again';

let way: Way = 'usual';

/** Chooses the way for APIs that are set up from now on. */
export function answerBy(other: Way): void {
  way = other;
}

/** Makes plans on first sight, because tests send most queries only once. */
export function planning(api: Api): Api {
  if (way === 'executor') return { ...api, plans: { of: () => null, known: () => null } };
  return { ...api, plans: { ...api.plans, of: (document, name) => api.plans.of(document, name, true) } };
}

/** Sends each query twice if the way is `again`. The second answer counts, and so does what it adds to the lists. */
export function sending(app: App, lists: readonly unknown[][]): App {
  if (way !== 'again') return app;
  const fetch = async (...[url, init, ...rest]: [string, RequestInit?, ...object[]]): Promise<Response> => {
    const send = app.fetch as (...given: unknown[]) => Promise<Response>;
    if (isQuery(url, init)) {
      const lengths = lists.map(({ length }) => length);
      await (await send(url, { ...init, signal: null }, ...rest)).text();
      for (const [i, list] of lists.entries()) list.splice(lengths[i] ?? 0);
    }
    return send(url, init, ...rest);
  };
  return new Proxy(app, { get: (target, name) => (name === 'fetch' ? fetch : Reflect.get(target, name)) });
}

/** Tells whether a request may be sent twice: a GraphQL query whose body can be sent again. */
const isQuery = (url: unknown, { method = 'GET', body }: RequestInit = {}): boolean =>
  typeof url === 'string' &&
  url.includes('/graphql') &&
  (method === 'GET' || (method === 'POST' && typeof body === 'string' && !/mutation|subscription/.test(body)));
