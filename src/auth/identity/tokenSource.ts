import type { Identity } from '../../config/database.ts';
import type { Credential, IssuedToken } from './credential.ts';
import { IdentityError } from './identityError.ts';
import { explainRefusal } from './refusal.ts';

/** The password of a login. Times are milliseconds since 1970; a fixed password never expires. */
export interface Token extends IssuedToken {
  /** Time at which a newer token is requested. */
  readonly refreshAt: number;
}

export interface TokenSource {
  /** Returns a valid token, at once if there is one. Rejects with an IdentityError. */
  get(): Promise<Token>;
  /**
   * Discards a token that the database refused, so that the next `get` requests another. Returns an error that explains
   * the refusal.
   */
  refuse(token: Token, reason: Error): IdentityError;
  /** Stops refreshing in the background. */
  end(): void;
}

export type TokenEvent =
  | { readonly type: 'token-issued'; readonly token: Token }
  /** `livesMs` is the remaining life of the token in use; 0 if there is none. */
  | { readonly type: 'token-failed'; readonly error: IdentityError; readonly livesMs: number };

export interface TokenSourceOptions {
  readonly credential: Credential;
  /** The resource that the tokens are for. */
  readonly scope: string;
  /** Time after which an attempt counts as failed. */
  readonly attemptTimeoutMs: number;
  readonly onEvent?: (event: TokenEvent) => void;
}

/** Creates the source of a fixed password. */
const fixedPassword = (text: string): TokenSource => ({
  get: async () => ({ text, expiresAt: Infinity, refreshAt: Infinity }),
  refuse: (_, reason) => new IdentityError('denied', `The password was refused (${reason.message})`, { cause: reason }),
  end() {},
});

const leadMs = 300_000;
const firstWaitMs = 250;
const maxWaitMs = 15_000;
/** Limit of a pause that an endpoint asks for, since without a token nothing is served. */
const maxPauseMs = 60_000;
/** Longest delay of a timer in Node.js, which turns longer ones into 1 ms. */
const maxTimerMs = 2 ** 31 - 1;

/**
 * Creates a source that keeps a valid token. It refreshes the token in the background before it expires, with one
 * request at a time. If that fails, it uses the token until it expires.
 */
export function createTokenSource({ credential, scope, attemptTimeoutMs, onEvent }: TokenSourceOptions): TokenSource {
  let current: Token | undefined;
  let request: Promise<Token> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let pause: { readonly until: number; readonly error: IdentityError } | undefined;
  let refused: string | undefined;
  let ended = false;

  const livesMs = () => Math.max(0, (current?.expiresAt ?? 0) - Date.now());
  const refreshIn = (ms: number) => {
    clearTimeout(timer);
    if (!ended) timer = setTimeout(() => requestOnce().catch(() => {}), Math.min(ms, maxTimerMs)).unref();
  };
  const succeed = (issued: IssuedToken): Token => {
    const token = { ...issued, refreshAt: refreshTime(issued.expiresAt) };
    failures = 0;
    pause = undefined;
    // The platform may return a refused token again. This caller gets it, in case the database accepts it by now, but it
    // is not kept.
    if (token.text !== refused) current = token;
    if (Number.isFinite(token.refreshAt)) refreshIn(Math.max(1000, token.refreshAt - Date.now()));
    onEvent?.({ type: 'token-issued', token });
    return token;
  };
  const fail = (error: IdentityError): void => {
    // The pause never outlasts the token in use, so that nobody waits in vain.
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
      request = undefined;
    }
  };
  const requestOnce = (): Promise<Token> => {
    request ??= attempt();
    return request;
  };

  return {
    async get() {
      if (current && livesMs() > 0) return current;
      if (pause && Date.now() < pause.until) throw pause.error;
      return requestOnce();
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
 * Chooses when to refresh: five minutes before the token expires, or at 80 % of a shorter life. A random delay keeps
 * replicas from asking all at once. The time is never earlier, because MSAL returns its cached token until then.
 */
function refreshTime(expiresAt: number): number {
  const life = expiresAt - Date.now();
  // A token that has expired when it arrives means that this machine's clock is ahead. Only the database can judge it.
  if (life <= 0) return Infinity;
  return expiresAt - jitter(Math.min(leadMs, life / 5), 0.1);
}

/** Shortens a time at random by up to `share` of it. */
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
    : new IdentityError('denied', `No token for the identity: ${String(error)}`, { cause: error });

/**
 * Timeouts of an attempt: a managed identity's endpoint is on the same host, while a developer's `az` starts a process.
 */
const attemptTimeoutMs = { 'user-identity': 5000, 'system-identity': 5000, 'default-credential': 30_000 };

/** Creates the token source for the configured password: a fixed one, or an identity's tokens. */
export function openTokenSource(password: string | Identity, onEvent: (event: TokenEvent) => void): TokenSource {
  if (typeof password === 'string') return fixedPassword(password);
  const timeoutMs = attemptTimeoutMs[password.kind];
  const credential = openCredential(password, timeoutMs);
  return createTokenSource({ credential, scope: password.scope, attemptTimeoutMs: timeoutMs, onEvent });
}

/**
 * Loads `@azure/identity` on the first request for a token: it makes up a third of all code, and a password needs none
 * of it.
 */
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
