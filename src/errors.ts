/** The values of `extensions.code`, each with the HTTP status of a reply that has no data. */
const statuses = {
  BAD_USER_INPUT: 400,
  GRAPHQL_PARSE_FAILED: 400,
  GRAPHQL_VALIDATION_FAILED: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  PERSISTED_DOCUMENT_NOT_FOUND: 404,
  PERSISTED_DOCUMENT_REQUIRED: 403,
  PERSISTED_DOCUMENT_INVALID: 400,
  PERSISTED_QUERY_NOT_FOUND: 404,
  PERSISTED_QUERY_NOT_SUPPORTED: 403,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  QUERY_TOO_COMPLEX: 400,
  RESPONSE_TOO_LARGE: 400,
  RATE_LIMITED: 429,
  VALUE_NOT_REPRESENTABLE: 500,
  TIMEOUT: 504,
  AUTHENTICATION_UNAVAILABLE: 503,
  DATABASE_UNAVAILABLE: 503,
  INTERNAL_SERVER_ERROR: 500,
} as const;

export type ErrorCode = keyof typeof statuses;

export const errorCodes = Object.keys(statuses) as readonly ErrorCode[];

/** How long a client should wait before it tries again, in seconds. */
const retryAfter: Partial<Record<ErrorCode, number>> = { AUTHENTICATION_UNAVAILABLE: 1, DATABASE_UNAVAILABLE: 1 };

/** The codes of what passes: the same request may work later. */
export const passing: ReadonlySet<unknown> = new Set<ErrorCode>([
  'AUTHENTICATION_UNAVAILABLE',
  'DATABASE_UNAVAILABLE',
  'RATE_LIMITED',
  'TIMEOUT',
]);

/** What Yoga makes the HTTP response from; `spec`: under application/graphql-response+json only. */
interface HttpExtensions {
  readonly status: number;
  readonly spec?: boolean;
  readonly headers?: Record<string, string>;
}

/**
 * The request was well-formed, so that under application/json the status is a 200: clients cannot tell there whether
 * any other status is the server's or a proxy's (GraphQL over HTTP).
 */
const wellFormed = /^PERSISTED_/;

/** What a client may want to know of an error beside its code, in the words of the API. */
export interface ErrorDetails {
  /** The constraint that was violated, and the fields that it is about. */
  readonly constraint?: string;
  readonly fields?: readonly string[];
  /** Which of a request's inputs are wrong, from 0. */
  readonly index?: number;
  readonly indexes?: readonly number[];
}

interface AppErrorOptions extends ErrorOptions {
  readonly details?: ErrorDetails;
  readonly retryAfter?: number;
}

/** An error whose message and details are meant for the client; its cause is for the log only. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  readonly #retryAfter: number | undefined;

  /** `retryAfter`: how long a client should wait, in seconds, where that is not always the same for the code. */
  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.details = options.details ?? {};
    this.#retryAfter = options.retryAfter ?? retryAfter[code];
  }

  /** Made anew each time: one error can fail several fields, and Yoga takes `http` out of the extensions of each. */
  get extensions(): ErrorDetails & { readonly code: ErrorCode; readonly http: HttpExtensions } {
    const seconds = this.#retryAfter;
    const headers = seconds && { headers: { 'Retry-After': String(seconds) } };
    const spec = wellFormed.test(this.code) && { spec: true };
    return { code: this.code, ...this.details, http: { status: statuses[this.code], ...spec, ...headers } };
  }
}

export const badInput = (message: string, details?: ErrorDetails): AppError =>
  new AppError('BAD_USER_INPUT', message, details && { details });

export const tooComplex = (message: string): AppError => new AppError('QUERY_TOO_COMPLEX', message);

/** The database cannot be asked for now; `cause` says why, to the log. */
export const unavailable = (cause: unknown): AppError =>
  new AppError('DATABASE_UNAVAILABLE', 'The database is not available; try again', { cause });

/** What the client asked for is about to be another schema's. */
export const schemaChanging = (cause?: unknown): AppError =>
  new AppError('DATABASE_UNAVAILABLE', 'The schema of the database is changing; try again', { cause });

/** The SQLSTATE or the system's error code, whichever the error carries. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** The value of a key that is there by construction; that it is missing is a defect of ours. */
export function required<V>(map: ReadonlyMap<string, V>, key: string): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`There is nothing called ${key}`);
  return value;
}
