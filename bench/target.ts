/** An HTTP request to a server. */
export interface Target {
  readonly url: string;
  /** The body of a POST; null for a GET. */
  readonly body: string | null;
  /** A token of each caller, if any. Each client is one of them. */
  readonly tokens?: readonly string[];
  /** The length of the right answer's body. Errors also have status 200, but not exactly this length. */
  readonly answerBytes?: number;
}

/** Sends a request once, as the first caller. */
export function send({ url, body, tokens: [token] = [] }: Target): Promise<Response> {
  const headers = {
    ...{ 'content-type': 'application/json', accept: 'application/json', 'accept-encoding': 'identity' },
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  return fetch(url, body === null ? { headers } : { method: 'POST', headers, body });
}

/** Requests that a client sends at once, each on a connection of its own. */
export type Visit = readonly Target[];

/** Makes visits of one request each. */
export const visitsOf = (targets: readonly Target[]): readonly Visit[] => targets.map((target) => [target]);

export interface Load {
  /** Number of clients, each of which makes one visit after the other. */
  readonly connections: number;
  readonly seconds: number;
}

/** The result of a load. `requests` counts visits, which are usually one request each. */
export interface Outcome {
  readonly requests: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly failures: number;
}
