/** The values of `extensions.code`, each with the HTTP status of a response without data. */
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

/** Time in seconds after which a client may try again, by code. */
const retryAfter: Partial<Record<ErrorCode, number>> = { AUTHENTICATION_UNAVAILABLE: 1, DATABASE_UNAVAILABLE: 1 };

/** Codes of temporary errors: the same request may succeed later. */
export const temporaryCodes: ReadonlySet<unknown> = new Set<ErrorCode>([
  'AUTHENTICATION_UNAVAILABLE',
  'DATABASE_UNAVAILABLE',
  'RATE_LIMITED',
  'TIMEOUT',
]);

/**
 * The values from which Yoga makes the HTTP response; `spec` restricts the status to application/graphql-response+json.
 */
interface HttpExtensions {
  readonly status: number;
  readonly spec?: boolean;
  readonly headers?: Record<string, string>;
}

/**
 * Codes of requests for a document that does not exist or may not run. They are well-formed, so they get a 200 under
 * application/json, where clients cannot tell whether another status is the server's or a proxy's (GraphQL over HTTP).
 */
const wellFormed = /^PERSISTED_/;

/** Details of an error, in addition to its code, in the API's terms. */
export interface ErrorDetails {
  /** The violated constraint, and the fields that it covers. */
  readonly constraint?: string;
  readonly fields?: readonly string[];
  /** Indexes, from 0, of the inputs that are wrong. */
  readonly index?: number;
  readonly indexes?: readonly number[];
}

interface AppErrorOptions extends ErrorOptions {
  readonly details?: ErrorDetails;
  readonly retryAfter?: number;
}

/** An error whose message and details are meant for the client. Its cause is for the log only. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  readonly #retryAfter: number | undefined;

  /** Takes `retryAfter`, in seconds, if it differs from the default of the code. */
  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.details = options.details ?? {};
    this.#retryAfter = options.retryAfter ?? retryAfter[code];
  }

  /**
   * Returns a new object each time: one error can fail several fields, and Yoga removes `http` from the extensions of
   * each.
   */
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

/** Creates the error for a database that cannot be reached now; `cause` goes to the log. */
export const unavailable = (cause: unknown): AppError =>
  new AppError('DATABASE_UNAVAILABLE', 'The database is not available; try again', { cause });

/** Creates the error for a request that depends on a part of the schema that is changing. */
export const schemaChanging = (cause?: unknown): AppError =>
  new AppError('DATABASE_UNAVAILABLE', 'The schema of the database is changing; try again', { cause });

/** Returns a thrown value as an Error; wraps it if it is not one. */
export const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** Returns the message of a thrown value. */
export const errorMessage = (thrown: unknown): string => asError(thrown).message;

/** Returns the SQLSTATE or the system's error code that an error carries. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** Returns the value of a key that must be present; throws if it is missing, which is a defect. */
export function required<V>(map: ReadonlyMap<string, V>, key: string): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`There is no entry ${key}`);
  return value;
}
