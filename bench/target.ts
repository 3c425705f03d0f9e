/** An HTTP request that a server is sent. */
export interface Target {
  readonly url: string;
  /** The body of a POST; a GET has none. */
  readonly body: string | null;
  /** Whose request it is; nobody's where it is absent. */
  readonly token?: string | undefined;
  /** The length of every right answer's body: errors come with status 200 too, but never with just this length. */
  readonly answerBytes?: number;
}

/** Sends it once. */
export function send({ url, body, token }: Target): Promise<Response> {
  const headers = {
    ...{ 'content-type': 'application/json', accept: 'application/json', 'accept-encoding': 'identity' },
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  return fetch(url, body === null ? { headers } : { method: 'POST', headers, body });
}

/** Requests that a client sends at once, over a connection each. */
export type Visit = readonly Target[];

/** Visits of one request each. */
export const visitsOf = (targets: readonly Target[]): readonly Visit[] => targets.map((target) => [target]);

export interface Load {
  /** Clients, each of which pays one visit after the other. */
  readonly connections: number;
  readonly seconds: number;
}

/** What came of a load: of visits, which are requests where each is but one. */
export interface Outcome {
  readonly requests: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly failures: number;
}
