/** An HTTP request that is sent again and again. */
export interface Target {
  readonly url: string;
  /** The body of a POST; a GET has none. */
  readonly body: string | null;
  /** The length of every right answer's body: errors come with status 200 too, but never with just this length. */
  readonly answerBytes?: number;
}

export interface Load {
  readonly connections: number;
  readonly seconds: number;
}

export interface Outcome {
  readonly requests: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly failures: number;
}
