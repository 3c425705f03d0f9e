import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { DefaultAzureCredential, ManagedIdentityCredential, type TokenCredential } from '@azure/identity';
import type { Identity } from '../../config/database.ts';
import { errorMessage } from '../../errors.ts';
import { type Answer, explainAnswer, IdentityError, withoutTokens } from './identityError.ts';

/** An access token: the password of a login, with its expiry in milliseconds since 1970. */
export interface IssuedToken {
  readonly text: string;
  readonly expiresAt: number;
}

/** Requests a token once, without retries; rejects with an IdentityError. */
export type Credential = () => Promise<IssuedToken>;

/** Creates the credential of `@azure/identity` for an identity. */
export function createCredential(identity: Identity, http: IdentityHttp): Credential {
  const credential = azureCredential(identity, http.client);
  return async () => {
    http.forget();
    try {
      const token = await credential.getToken(identity.scope);
      if (!token) throw new Error('none of its credentials is set up');
      return { text: token.token, expiresAt: token.expiresOnTimestamp };
    } catch (error) {
      throw explain(identity, http.answer(), error);
    }
  };
}

/**
 * Creates the library's credential without retries. The token source retries instead, since the library would be silent
 * for up to 20 s.
 */
function azureCredential(identity: Identity, httpClient: HttpClient): TokenCredential {
  const options = { httpClient, retryOptions: { maxRetries: 0 } };
  switch (identity.kind) {
    case 'user-identity':
      return new ManagedIdentityCredential({ ...options, clientId: identity.clientId });
    case 'system-identity':
      return new ManagedIdentityCredential(options);
    case 'default-credential':
      return new DefaultAzureCredential(options);
  }
}

function explain(identity: Identity, answer: Answer | undefined, error: unknown): IdentityError {
  if (identity.kind !== 'default-credential') return explainAnswer(answer, identity.scope, error);
  const said = errorMessage(error);
  return new IdentityError(
    'no-credential',
    `No credential returned a token: log in with "az login", set a password in PGPASSWORD or DATABASE_URL, or set PG_AUTH and the variables it needs (${withoutTokens(said)})`,
  );
}

/** HTTP client of the identity library that remembers the last answer. */
export interface IdentityHttp {
  readonly client: HttpClient;
  answer(): Answer | undefined;
  forget(): void;
}

/**
 * Creates an HTTP client that records answers and limits each request to `timeoutMs`: the library's errors carry
 * neither status nor Retry-After, and it ignores abort signals. Use one per process, because MSAL keeps the first
 * client that any managed identity was created with.
 */
export function createIdentityHttp(timeoutMs: number): IdentityHttp {
  const http = createDefaultHttpClient();
  let last: Answer | undefined;
  return {
    client: {
      async sendRequest(request) {
        request.timeout = timeoutMs;
        const response = await http.sendRequest(request);
        const { status, bodyAsText, headers } = response;
        last = { status, body: bodyAsText ?? '', retryAfter: headers.get('retry-after') };
        return response;
      },
    },
    answer: () => last,
    forget() {
      last = undefined;
    },
  };
}
