import type { Identity } from '../../config/database.ts';
import type { Credential, IssuedToken } from './credential.ts';
import { IdentityError } from './identityError.ts';
import { explainRefusal } from './refusal.ts';

/** The password of a login. Times are milliseconds since 1970; a fixed password never ends. */
export interface Token extends IssuedToken {
  /** From here on a newer one is being asked for. */
  readonly refreshAt: number;
}

export interface TokenSource {
  /** The token to log in with: at once while one lives, else when it arrives. Rejects with an IdentityError. */
  get(): Promise<Token>;
  /** The database did not accept this token: the next `get` asks for another. Answers why, for the log. */
  refuse(token: Token, reason: Error): IdentityError;
  /** Ends the refreshing in the background. */
  end(): void;
}

export type TokenEvent =
  | { readonly type: 'token-issued'; readonly token: Token }
  /** `livesMs`: how long the token in use still lives; 0 when there is none. */
  | { readonly type: 'token-failed'; readonly error: IdentityError; readonly livesMs: number };

export interface TokenSourceOptions {
  readonly credential: Credential;
  /** Names the resource that the tokens are for. */
  readonly scope: string;
  /** After this an attempt counts as failed, whatever becomes of it. */
  readonly attemptTimeoutMs: number;
  readonly onEvent?: (event: TokenEvent) => void;
}

/** A password that does not change, where the server knows one. */
const fixedPassword = (text: string): TokenSource => ({
  get: async () => ({ text, expiresAt: Infinity, refreshAt: Infinity }),
  refuse: (_, reason) => new IdentityError('denied', `The password was refused (${reason.message})`, { cause: reason }),
  end() {},
});

const leadMs = 300_000;
const firstWaitMs = 250;
const maxWaitMs = 15_000;
/** However long an endpoint asks to be left alone: it may be well again at once, and without a token nothing is served. */
const maxPauseMs = 60_000;
/** Node.js takes a time beyond 2^31 ms for one millisecond. */
const maxTimerMs = 2 ** 31 - 1;

/**
 * Keeps one living token at hand. It is refreshed ahead of its end in the background, by one request at a time
 * however many callers wait, and used until its very end when no newer one can be had.
 */
export function createTokenSource({ credential, scope, attemptTimeoutMs, onEvent }: TokenSourceOptions): TokenSource {
  let current: Token | undefined;
  let flight: Promise<Token> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let pause: { readonly until: number; readonly error: IdentityError } | undefined;
  let refused: string | undefined;
  let ended = false;

  const livesMs = () => Math.max(0, (current?.expiresAt ?? 0) - Date.now());
  const refreshIn = (ms: number) => {
    clearTimeout(timer);
    if (!ended) timer = setTimeout(() => join().catch(() => {}), Math.min(ms, maxTimerMs)).unref();
  };
  const succeed = (issued: IssuedToken): Token => {
    const token = { ...issued, refreshAt: refreshTime(issued.expiresAt) };
    failures = 0;
    pause = undefined;
    // The platform may hand out the same token again: it is of use to this caller only if the database is, by now.
    if (token.text !== refused) current = token;
    if (Number.isFinite(token.refreshAt)) refreshIn(Math.max(1000, token.refreshAt - Date.now()));
    onEvent?.({ type: 'token-issued', token });
    return token;
  };
  const fail = (error: IdentityError): void => {
    // A pause ends with the token in use, so that whoever needs one then does not wait in vain.
    const pauseMs = Math.min(error.retryAfterMs, maxPauseMs, livesMs() || Infinity);
    if (pauseMs > 0) pause = { until: Date.now() + pauseMs, error };
    refreshIn(Math.max(jitter(Math.min(firstWaitMs * 2 ** failures++, maxWaitMs)), pauseMs));
    onEvent?.({ type: 'token-failed', error, livesMs: livesMs() });
  };
  const attempt = async (): Promise<Token> => {
    try {
      return succeed(await within(attemptTimeoutMs, credential()));
    } catch (error) {
      const problem = asIdentityError(error);
      fail(problem);
      throw problem;
    } finally {
      flight = undefined;
    }
  };
  const join = (): Promise<Token> => {
    flight ??= attempt();
    return flight;
  };

  return {
    async get() {
      if (current && livesMs() > 0) return current;
      if (pause && Date.now() < pause.until) throw pause.error;
      return join();
    },
    refuse(token, reason) {
      refused = token.text;
      if (current?.text === token.text) current = undefined;
      return explainRefusal(reason, token, scope);
    },
    end() {
      ended = true;
      clearTimeout(timer);
    },
  };
}

/**
 * Five minutes before the end, or at 80 % of a shorter life; a little later by chance, so that replicas do not ask
 * all at once, and so that MSAL, which keeps a token until exactly five minutes before its end, asks too.
 */
function refreshTime(expiresAt: number): number {
  const life = expiresAt - Date.now();
  // Issued already ended: this machine's clock is ahead. Only the database can tell whether it takes the token.
  if (life <= 0) return Infinity;
  return expiresAt - jitter(Math.min(leadMs, life / 5), 0.1);
}

/** The given time, shortened by chance by up to `share` of it. */
const jitter = (ms: number, share = 0.5): number => ms * (1 - share * Math.random());

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    const error = new IdentityError('endpoint-down', `The identity endpoint did not answer within ${ms} ms`);
    timer = setTimeout(() => reject(error), ms);
  });
  return Promise.race([work, deadline]).finally(() => clearTimeout(timer));
}

const asIdentityError = (error: unknown): IdentityError =>
  error instanceof IdentityError
    ? error
    : new IdentityError('denied', `The identity gave no token: ${String(error)}`, { cause: error });

/** An identity's endpoint is on the same host; a developer's `az` is a process that takes its seconds. */
const attemptTimeoutMs = { 'user-identity': 5000, 'system-identity': 5000, 'default-credential': 30_000 };

/** The source of the configured password: fixed, or an identity's tokens. */
export function openTokenSource(password: string | Identity, onEvent: (event: TokenEvent) => void): TokenSource {
  if (typeof password === 'string') return fixedPassword(password);
  const timeoutMs = attemptTimeoutMs[password.kind];
  const credential = openCredential(password, timeoutMs);
  return createTokenSource({ credential, scope: password.scope, attemptTimeoutMs: timeoutMs, onEvent });
}

/** Loads `@azure/identity` when a token is first asked for: it is a third of all the code, and a password needs none of it. */
function openCredential(identity: Identity, timeoutMs: number): Credential {
  const opened = async () => {
    const { createCredential, createIdentityHttp } = await import('./credential.ts');
    return createCredential(identity, createIdentityHttp(timeoutMs));
  };
  let credential: Promise<Credential> | undefined;
  return async () => {
    credential ??= opened();
    return (await credential)();
  };
}
