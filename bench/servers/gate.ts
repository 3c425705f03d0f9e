import type { Server } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { pino } from 'pino';

// Tokens and request log, as in production, for servers that leave both to their users.

const { TOKEN_KEYS = '', TOKEN_ISSUER = '', TOKEN_AUDIENCE = '' } = process.env;
const keys = createRemoteJWKSet(new URL(TOKEN_KEYS));
/** Expiry of verified tokens, which are remembered as in our server. */
const verified = new Map<string, number>();
const log = pino({}, pino.destination({ sync: false, minLength: 8192 }));

/** Rejects if the caller has no valid token. */
export async function admit(authorization = ''): Promise<void> {
  const token = authorization.slice('Bearer '.length);
  if ((verified.get(token) ?? 0) > Date.now()) return;
  const { payload } = await jwtVerify(token, keys, { issuer: TOKEN_ISSUER, audience: TOKEN_AUDIENCE });
  verified.set(token, (payload.exp ?? 0) * 1000);
}

/** Writes a log line for each request. */
export function logRequests(server: Server): void {
  server.on('request', ({ method, url }, response) => {
    const started = performance.now();
    response.once('close', () => {
      const durationMs = Math.round(performance.now() - started);
      log.info({ method, path: url?.split('?', 1)[0], status: response.statusCode, durationMs }, 'Request');
    });
  });
}
