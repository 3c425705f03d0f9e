/** Why no token could be had, or why the database did not take it: each calls for another remedy. */
export type IdentityProblem =
  | 'no-endpoint'
  | 'not-assigned'
  | 'endpoint-down'
  | 'denied'
  | 'wrong-audience'
  | 'token-expired';

/** Speaks to the operator, with the remedy; clients only ever see DATABASE_UNAVAILABLE. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError';
  readonly problem: IdentityProblem;
  /** How long the endpoint asked to be left alone, in milliseconds. */
  readonly retryAfterMs: number;

  constructor(problem: IdentityProblem, message: string, options: ErrorOptions & { retryAfterMs?: number } = {}) {
    super(message, options);
    this.problem = problem;
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}

/** What an identity endpoint answered to a request for a token. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  /** The header as it came: seconds or a date. */
  readonly retryAfter: string | undefined;
}

/** How App Service, Container Apps and the metadata service word a missing identity; they have no common code. */
const unassigned = /no (user assigned|msi|managed identit)|identity (was )?not found|unable to load .*identity/i;
/** AADSTS500011, 650057 and 70011: no such resource, not permitted for the application, malformed scope. */
const unknownResource = /AADSTS(500011|650057|70011)|\b(resource|audience|scope)\b/i;

/**
 * Reads an answer that is not a token; one that never came is an endpoint that is down, for the given cause. The library's
 * error about an answer is no cause, since it repeats what may be a token.
 */
export function explainAnswer(answer: Answer | undefined, scope: string, cause: unknown): IdentityError {
  if (!answer) {
    const message = `The identity endpoint did not answer: ${text(cause)}`;
    return new IdentityError('endpoint-down', message, { cause });
  }
  const { status, body } = answer;
  const said = `HTTP ${status}${quote(answer)}`;
  if (status === 404 || status === 410 || status === 429 || status >= 500) {
    const message = `The identity endpoint cannot give a token for now (${said})`;
    return new IdentityError('endpoint-down', message, { retryAfterMs: milliseconds(answer.retryAfter) });
  }
  if (unassigned.test(body)) {
    const remedy = 'assign the identity to the app and compare AZURE_CLIENT_ID with its client id (not its object id)';
    return new IdentityError('not-assigned', `The identity is not assigned to this app: ${remedy} (${said})`);
  }
  if (status === 400 && unknownResource.test(body)) {
    const message = `PG_TOKEN_SCOPE=${scope} names no resource that tokens are given for (${said})`;
    return new IdentityError('wrong-audience', message);
  }
  return new IdentityError('denied', `The identity endpoint refused to give a token (${said})`);
}

/** What was said, for the log: nothing of a success, which is a token in whatever form, and no token that a refusal repeats. */
const quote = ({ status, body }: Answer): string =>
  status >= 200 && status < 300 ? ', with no token that can be read' : `: ${withoutTokens(body.slice(0, 500))}`;

const tokenMember = /(token\\?["']?\s*[:=]\s*\\?["']?)(?:\\.|[^"'\\&\s,}])+/gi;
const jsonWebToken = /eyJ[\w-]+\.[\w.-]+/g;
/** The text with its tokens masked, whole or cut off. */
export const withoutTokens = (text: string): string => text.replace(tokenMember, '$1***').replace(jsonWebToken, '***');

/** RFC 9110, Retry-After: seconds or a date; nothing, or nonsense, asks for no wait. */
function milliseconds(retryAfter: string | undefined): number {
  if (!retryAfter) return 0;
  const wait = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now();
  return Math.max(0, wait || 0);
}

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));
