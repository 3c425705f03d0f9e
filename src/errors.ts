import { DatabaseError } from 'pg';

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

/** How long a client should wait before it tries again, in seconds. */
const retryAfter: Partial<Record<ErrorCode, number>> = { AUTHENTICATION_UNAVAILABLE: 1, DATABASE_UNAVAILABLE: 1 };

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

/** SQLSTATEs of statements that do not fit the schema any more. */
const outdated = /^(42P01|42P10|42703|42704|42804|42809|42883|428C9|0A000|26000|3F000)$/;

const changing = 'The schema of the database is changing; try again';

type Translation = readonly [pattern: RegExp, code: ErrorCode, message?: string];

/**
 * SQLSTATEs, first match wins; without a message PostgreSQL's own is shown, since it speaks of the client's value, or is
 * what a trigger of the owner has to say. What a violated constraint means, `schema/mutations/violations.ts` tells.
 * Source: PostgreSQL documentation, appendix "PostgreSQL Error Codes".
 */
const translations: readonly Translation[] = [
  [/^(22|P0001)/, 'BAD_USER_INPUT'],
  [/^21000$/, 'BAD_USER_INPUT', 'Two inputs are for the same row'],
  [/^23(502|514)$/, 'BAD_USER_INPUT', 'A value violates a constraint of the table'],
  [/^23/, 'CONFLICT', 'The row conflicts with another row'],
  [/^(40|55)/, 'CONFLICT', 'The rows are being changed by someone else; try again'],
  [/^(42501|25006)$/, 'FORBIDDEN', 'The database does not permit this'],
  [/^57014$/, 'TIMEOUT', 'The database took too long to answer; ask for less or narrow the filter'],
  [/^54/, 'QUERY_TOO_COMPLEX', 'The query is too complex for the database; ask for less at once'],
  [outdated, 'DATABASE_UNAVAILABLE', changing],
  [/^(08|28|53|57|25P0[34]|3D)/, 'DATABASE_UNAVAILABLE', 'The database is not available; try again'],
];

/**
 * Whether a change of the schema or of its grants can be what PostgreSQL's error comes of. Clients cannot send a label
 * that an enum does not have, unless it had it when the catalog was read; a row that a policy refuses is theirs.
 */
export function maySchemaHaveChanged(error: unknown): error is DatabaseError {
  if (!(error instanceof DatabaseError) || isOfValue(error)) return false;
  const { code = '', routine } = error;
  if (code === '42501') return routine !== 'ExecWithCheckOptions';
  return outdated.test(code) || (code === '22P02' && routine === 'enum_in');
}

/** How PostgreSQL says that a text is none of a type: its grammar is broken, or it names what is not there. */
const unreadable = /^(42601|42602|42704|42725|42883|42P01|3F000)$/;

/** Extensions that read texts with code of their own give no SQLSTATE: hstore before PostgreSQL 16, PostGIS. */
const unreadableWords = /^(parse|syntax) error|^unexpected end of/i;

/** The context of an error in a parameter, in whatever language: it ends with its number and, where that is set, its value. */
const ofParameter = /^[^"\n]*\$\d+( = |$)/;

/** Whether a client's value is at fault: an error in the statement has a position, one within a function its context. */
function isOfValue({ code = '', message, position, internalPosition, where }: DatabaseError): boolean {
  if (!unreadable.test(code) && !(code === 'XX000' && unreadableWords.test(message))) return false;
  return position === undefined && internalPosition === undefined && (where === undefined || ofParameter.test(where));
}

const socketErrors =
  /^(E(CONN(REFUSED|RESET|ABORTED)|TIMEDOUT|PIPE|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN)|ERR_(STREAM|SSL)_\w+)$/;
/** How pg words the loss of a connection, for which it has no code. */
const lostConnection =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client (has encountered|was closed))/;
/** Protocol violations, shutdown, crash, start, a dropped database, and the limits that end a session. */
const endedSession = /^(08|57P0[1-5]|25P0[34])/;

/** Whether the connection died under the statement; the server may have run it all the same. */
export function isConnectionLost(error: unknown): error is Error {
  if (error instanceof AppError || !(error instanceof Error)) return false;
  if (error instanceof DatabaseError) return endedSession.test(error.code ?? '');
  return socketErrors.test(codeOf(error) ?? '') || lostConnection.test(error.message);
}

/** Whether PostgreSQL refuses a statement for what it says, so that another one may well succeed now. */
export function isRefused(error: unknown): boolean {
  const cause = error instanceof AppError ? error.cause : error;
  return cause instanceof DatabaseError && !/^(08|25|53|57)/.test(cause.code ?? '');
}

/** Translates what pg throws; an error it does not know comes back unchanged, to be masked. */
export function fromPostgres(error: unknown): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error;
  if (error instanceof DatabaseError) {
    if (isOfValue(error)) return new AppError('BAD_USER_INPUT', error.message, { cause: error });
    const found = translations.find(([pattern]) => pattern.test(error.code ?? ''));
    return found ? new AppError(found[1], found[2] ?? error.message, { cause: error }) : error;
  }
  return isConnectionLost(error) ? unavailable(error) : error;
}

/** The database cannot be asked for now; `cause` says why, to the log. */
export const unavailable = (cause: unknown): AppError =>
  new AppError('DATABASE_UNAVAILABLE', 'The database is not available; try again', { cause });

/** What the client asked for is about to be another schema's. */
export const schemaChanging = (cause?: unknown): AppError => new AppError('DATABASE_UNAVAILABLE', changing, { cause });

/** The SQLSTATE or the system's error code, whichever the error carries. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
