import { errorMessage } from '../../errors.ts';

/** Reasons why there is no token, or the database refused it. Each has its own remedy. */
export type IdentityProblem =
  | 'no-credential'
  | 'not-assigned'
  | 'endpoint-down'
  | 'denied'
  | 'wrong-audience'
  | 'token-expired';

/** An error for the operator, with the remedy. Clients only see DATABASE_UNAVAILABLE. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError';
  readonly problem: IdentityProblem;
  /** The pause that the endpoint asked for, in milliseconds. */
  readonly retryAfterMs: number;

  constructor(problem: IdentityProblem, message: string, options: ErrorOptions & { retryAfterMs?: number } = {}) {
    super(message, options);
    this.problem = problem;
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}

/** The answer of an identity endpoint to a request for a token. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  /** The header as received: seconds or a date. */
  readonly retryAfter: string | undefined;
}

/** Wordings of App Service, Container Apps and the metadata service for a missing identity; they share no code. */
const unassigned = /no (user assigned|msi|managed identit)|identity (was )?not found|unable to load .*identity/i;
/**
 * Signs of an unusable scope: AADSTS500011 (no such resource), 650057 (not permitted for the application), 70011
 * (malformed), or a mention of the scope.
 */
const unknownResource = /AADSTS(500011|650057|70011)|\b(resource|audience|scope)\b/i;

/**
 * Explains an answer that is not a token. Without an answer the endpoint is down, and `cause` says why. With an answer,
 * `cause` is dropped, because the library's error may quote a token.
 */
export function explainAnswer(answer: Answer | undefined, scope: string, cause: unknown): IdentityError {
  if (!answer) {
    const message = `The identity endpoint did not answer: ${errorMessage(cause)}`;
    return new IdentityError('endpoint-down', message, { cause });
  }
  const { status, body } = answer;
  const said = `HTTP ${status}${quote(answer)}`;
  if (status === 404 || status === 410 || status === 429 || status >= 500) {
    const message = `The identity endpoint cannot issue a token at the moment (${said})`;
    return new IdentityError('endpoint-down', message, { retryAfterMs: milliseconds(answer.retryAfter) });
  }
  if (unassigned.test(body)) {
    const remedy = 'assign the identity to the app and compare AZURE_CLIENT_ID with its client id (not its object id)';
    return new IdentityError('not-assigned', `The identity is not assigned to this app: ${remedy} (${said})`);
  }
  if (status === 400 && unknownResource.test(body)) {
    const message = `Tokens cannot be issued for PG_TOKEN_SCOPE=${scope}: set it to the scope of the database's cloud (${said})`;
    return new IdentityError('wrong-audience', message);
  }
  return new IdentityError('denied', `The identity endpoint refused to issue a token (${said})`);
}

/**
 * Quotes an answer for the log. The body of a success is left out, because it contains a token in some form; tokens in
 * a refusal are masked.
 */
const quote = ({ status, body }: Answer): string =>
  status >= 200 && status < 300 ? ', without a readable token' : `: ${withoutTokens(body.slice(0, 500))}`;

const tokenMember = /(token\\?["']?\s*[:=]\s*\\?["']?)(?:\\.|[^"'\\&\s,}])+/gi;
const jsonWebToken = /eyJ[\w-]+\.[\w.-]+/g;
/** Masks the tokens in a text, including truncated ones. */
export const withoutTokens = (text: string): string => text.replace(tokenMember, '$1***').replace(jsonWebToken, '***');

/** Reads Retry-After (RFC 9110), which is in seconds or a date. Returns milliseconds; 0 if it is absent or invalid. */
function milliseconds(retryAfter: string | undefined): number {
  if (!retryAfter) return 0;
  const wait = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now();
  return Math.max(0, wait || 0);
}
