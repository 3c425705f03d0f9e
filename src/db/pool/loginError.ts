import { DatabaseError } from 'pg';
import { IdentityError, type IdentityProblem } from '../../auth/identity/identityError.ts';
import { codeOf } from '../../errors.ts';

/** The steps of a login, in order. */
export type LoginStep = 'token' | 'name' | 'connect' | 'tls' | 'login';

/** The reason why a connection could not be opened, in words for the operator. */
export class LoginError extends Error {
  override readonly name = 'LoginError';
  readonly step: LoginStep;
  /** The reason if the identity or its token is the cause; here too, because the log leaves out properties of causes. */
  readonly problem: IdentityProblem | undefined;

  constructor(step: LoginStep, message: string, options?: ErrorOptions) {
    super(message, options);
    this.step = step;
    this.problem = options?.cause instanceof IdentityError ? options.cause.problem : undefined;
  }
}

export interface LoginTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

/** Codes of Node.js and OpenSSL for a certificate chain or name that does not verify. */
const unverified = /CERT|SIGNATURE|ISSUER|ALTNAME|ERR_(SSL|TLS)/;

/** Tells whether the server refused the password. If that is a token, it may merely have expired. */
export const isPasswordRefused = (error: unknown): boolean =>
  error instanceof DatabaseError &&
  (/^28/.test(error.code ?? '') ||
    (/^08P01$/.test(error.code ?? '') && /access token|password|auth/i.test(error.message)));

/** Tells whether a pooler refused the settings at the start of the session. */
export const isStartupRefused = (error: unknown): boolean =>
  error instanceof DatabaseError && error.code === '08P01' && /unsupported startup parameter/.test(error.message);

/** Explains at which step a login failed, with the usual remedy. */
export function explainLogin(error: unknown, target: LoginTarget): LoginError {
  if (error instanceof LoginError) return error;
  const code = codeOf(error) ?? '';
  // For a name with several addresses, the combined error has a code but no message.
  const said = error instanceof Error ? error.message || code : String(error);
  const { host, port, user } = target;
  const because = (step: LoginStep, message: string) => new LoginError(step, message, { cause: error });
  if (error instanceof IdentityError) return because(error.cause instanceof DatabaseError ? 'login' : 'token', said);
  if (error instanceof DatabaseError) return because('login', `The server refused the login of ${user}: ${said}`);
  if (/^(ENOTFOUND|EAI_AGAIN)$/.test(code)) {
    return because(
      'name',
      `The name ${host} cannot be resolved: is its private DNS zone linked to this network? (${said})`,
    );
  }
  if (/does not support SSL/.test(said)) {
    return because(
      'tls',
      `The server ${host}:${port} has no TLS: turn it on, or set PGSSLMODE=disable, which sends password and data unencrypted`,
    );
  }
  if (unverified.test(code) || /SSL/.test(said)) {
    return because(
      'tls',
      `The server ${host} cannot be verified: is PGSSLROOTCERT its certificate authority, and PGHOST its name? (${said})`,
    );
  }
  return because('connect', `The server ${host}:${port} does not answer (${said})`);
}
