import { DatabaseError } from 'pg';
import { IdentityError } from '../../auth/identity/identityError.ts';
import { codeOf } from '../../errors.ts';

/** The steps of a login, in their order. */
export type LoginStep = 'token' | 'name' | 'connect' | 'tls' | 'login';

/** Why no connection could be opened, in words for the operator. */
export class LoginError extends Error {
  override readonly name = 'LoginError';
  readonly step: LoginStep;

  constructor(step: LoginStep, message: string, options?: ErrorOptions) {
    super(message, options);
    this.step = step;
  }
}

export interface LoginTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

/** Node.js' and OpenSSL's codes for a chain or a name that does not verify. */
const unverified = /CERT|SIGNATURE|ISSUER|ALTNAME|ERR_(SSL|TLS)/;

/** Whether the server turned the password down, which for a token may only mean that it has ended. */
export const isPasswordRefused = (error: unknown): boolean =>
  error instanceof DatabaseError &&
  (/^28/.test(error.code ?? '') ||
    (/^08P01$/.test(error.code ?? '') && /access token|password|auth/i.test(error.message)));

/** Whether a pooler turned down what the session asked for at its start. */
export const isStartupRefused = (error: unknown): boolean =>
  error instanceof DatabaseError && error.code === '08P01' && /unsupported startup parameter/.test(error.message);

/** Names the step at which a login failed, and the usual remedy. */
export function explainLogin(error: unknown, target: LoginTarget): LoginError {
  if (error instanceof LoginError) return error;
  const code = codeOf(error) ?? '';
  // Where several addresses of a name were tried, the error of them all has a code and no message.
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
      `The server ${host}:${port} has no TLS: turn it on there, or set PGSSLMODE=disable, with which the password and the data travel in clear`,
    );
  }
  if (unverified.test(code) || /SSL/.test(said)) {
    return because(
      'tls',
      `The server ${host} cannot be trusted: is PGSSLROOTCERT its authority, PGHOST its name? (${said})`,
    );
  }
  return because('connect', `The server ${host}:${port} does not answer (${said})`);
}
