import { decodeProtectedHeader, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createVerifier, type Verify } from '../../src/auth/callers/verify.ts';
import { AppError } from '../../src/errors.ts';
import { audience, createIssuer, type Issuer, tenantId } from '../support/issuer.ts';

let issuer: Issuer;
let verify: Verify;

beforeAll(async () => {
  issuer = await createIssuer();
});
beforeEach(() => {
  issuer.status = 200;
  verify = createVerifier(issuer.config);
});
afterAll(() => issuer.end());

const refusal = async (token: string): Promise<AppError> => {
  const error = await verify(token).catch((reason: unknown) => reason);
  if (error instanceof AppError) return error;
  throw new Error('It was not refused', { cause: error });
};
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('the content of a token', () => {
  test('a token says who its bearer is, when it expires, and every claim that policies may need', async () => {
    const oid = crypto.randomUUID();
    const exp = inSeconds(60);
    const caller = await verify(await issuer.sign({ oid, exp, roles: ['Events.Read'], site: 'north' }));
    expect(caller).toMatchObject({
      id: oid,
      expiresAt: (exp + 60) * 1000,
      claims: { oid, site: 'north', tid: tenantId },
    });
  });

  test.each([
    ['app roles', { roles: ['Events.Read', 'Events.Write', 'Other'] }, ['read', 'write']],
    ['delegated scopes', { scp: 'openid Events.Explore Events.Read' }, ['read', 'explore']],
    ['both', { roles: ['Events.Explore'], scp: 'Events.Write' }, ['write', 'explore']],
    ['names that only begin the same', { roles: ['Events.ReadAll'], scp: 'Events.Readonly' }, []],
    ['claims of another shape', { roles: 'Events.Read', scp: ['Events.Read'] }, []],
    ['nothing', {}, []],
  ] as const)('a token says what its bearer may do: by %s', async (_, claims, permissions) => {
    const caller = await verify(await issuer.sign(structuredClone(claims) as Record<string, unknown>));
    expect([...caller.permissions].sort()).toEqual([...permissions].sort());
  });

  test('a token says the same in either version, and for each listed audience', async () => {
    const iss = `https://sts.windows.net/${tenantId}/`;
    await verify(await issuer.sign({ iss, ver: '1.0' }));
    await verify(await issuer.sign({ aud: '5d1c7a20-0000-4000-8000-000000000001', ver: '2.0' }));
  });
});

describe('a token is rejected', () => {
  test.each([
    ['for another audience', { aud: 'https://graph.microsoft.com' }, /another audience/],
    ['of another issuer', { iss: 'https://login.microsoftonline.com/common/v2.0' }, /another issuer/],
    [
      'of an issuer whose name only begins the same',
      { iss: `https://sts.windows.net/${tenantId}/v2.0` },
      /another issuer/,
    ],
    ['of another tenant', { tid: crypto.randomUUID() }, /another tenant/],
    ['that has expired', { exp: inSeconds(-120) }, /expired/],
    ['that is not valid yet', { nbf: inSeconds(120) }, /not valid yet/],
    ['that never expires', { exp: undefined }, /claim "exp" is missing/],
    ['without an object id', { oid: undefined }, /claim "oid" is missing/],
    ['with an empty object id', { oid: '' }, /does not identify its bearer/],
    ['with a zero character', { site: 'a\0' }, /PostgreSQL cannot store/],
    ['with half of a surrogate pair, however deep', { roles: [{ '\ud800': 1 }] }, /PostgreSQL cannot store/],
  ] as const)('a token is rejected: one %s', async (_, claims, message) => {
    const error = await refusal(await issuer.sign(claims));
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringMatching(message) });
  });

  test('a token is accepted even if clocks differ a little', async () => {
    await verify(await issuer.sign({ exp: inSeconds(-30) }));
    await verify(await issuer.sign({ nbf: inSeconds(30) }));
  });

  const forgeries: readonly (readonly [string, () => Promise<string>, RegExp])[] = [
    ['none', () => issuer.sign().then((token) => `${part({ alg: 'none' })}.${token.split('.')[1]}.`), /RS256/],
    [
      'HS256 with the public key as the secret',
      async () =>
        new SignJWT({ iss: issuer.config.issuers[0], aud: audience, tid: tenantId, oid: 'x', exp: inSeconds(60) })
          .setProtectedHeader({ alg: 'HS256' })
          .sign(Buffer.from(await issuer.publicKey())),
      /RS256/,
    ],
    [
      'of another key under a known id',
      async () => {
        const { kid } = decodeProtectedHeader(await issuer.sign());
        return issuer.sign({}, await issuer.strange(kid));
      },
      /signature/,
    ],
    ['of an unknown key', async () => issuer.sign({}, await issuer.strange()), /key that its issuer does not publish/],
    [
      'over other claims',
      async () => {
        const [head, , signature] = (await issuer.sign()).split('.');
        return `${head}.${part({ roles: ['Events.Write'] })}.${signature}`;
      },
      /signature/,
    ],
    [
      'that is missing',
      () => issuer.sign().then((token) => token.split('.').slice(0, 2).join('.')),
      /not a signed JWT/,
    ],
    ['of a text that is not a JWT', async () => 'x', /not a signed JWT/],
  ];

  test.each(forgeries)('a token is rejected with the signature %s', async (_, forge, message) => {
    expect(await refusal(await forge())).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(message),
    });
  });
});

test('a valid token is verified once, and rejected after it expires', async () => {
  await verify(await issuer.sign());
  const token = await issuer.sign({ exp: inSeconds(60) });
  const caller = await verify(token);
  expect(await verify(token)).toBe(caller);
  vi.useFakeTimers({ toFake: ['Date'], now: caller.expiresAt });
  onTestFinished(() => void vi.useRealTimers());
  expect(await refusal(token)).toMatchObject({ code: 'UNAUTHENTICATED', message: 'The token has expired' });
});

describe("the issuer's keys", () => {
  test('keys are fetched once for many tokens', async () => {
    const before = issuer.requests;
    const tokens = await Promise.all(Array.from({ length: 20 }, () => issuer.sign()));
    await Promise.all(tokens.map((token) => verify(token)));
    expect(issuer.requests - before).toBe(1);
  });

  test('keys are fetched again when a token names a new one; the old one is then no longer accepted', async () => {
    verify = createVerifier(issuer.config, { cooldownMs: 0 });
    const old = await issuer.sign();
    await verify(old);
    await issuer.rotate();
    await verify(await issuer.sign());
    expect(await refusal(old)).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('a token is not accepted if its key is replaced while it is verified', async () => {
    verify = createVerifier(issuer.config, { cooldownMs: 0 });
    const old = await issuer.sign();
    const other = await issuer.sign();
    await verify(old);
    await issuer.rotate();
    const { promise, resolve } = Promise.withResolvers<void>();
    issuer.ready = promise;
    const before = issuer.requests;
    const renewing = verify(await issuer.sign());
    await expect.poll(() => issuer.requests).toBe(before + 1);
    await verify(other);
    resolve();
    await renewing;
    expect(await refusal(other)).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('a flood of tokens with unknown keys does not make the server fetch the keys again', async () => {
    await verify(await issuer.sign());
    const before = issuer.requests;
    const stranger = await issuer.strange();
    const tokens = await Promise.all(
      Array.from({ length: 100 }, () => issuer.sign({}, { ...stranger, kid: crypto.randomUUID() })),
    );
    for (const token of tokens) expect(await refusal(token)).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(issuer.requests - before).toBe(0);
  });

  test("keys that cannot be fetched are not the token's fault", async () => {
    issuer.status = 500;
    const error = await refusal(await issuer.sign());
    expect(error.code).toBe('AUTHENTICATION_UNAVAILABLE');
    expect(error.extensions.http).toEqual({ status: 503, headers: { 'Retry-After': '1' } });
    issuer.status = 200;
    const again = async () => verify(await issuer.sign()).then(() => 'verified', String);
    await expect.poll(again, { timeout: 5000 }).toBe('verified');
  });

  test('while keys are unavailable, a flood of tokens does not request them, and valid tokens stay valid', async () => {
    verify = createVerifier(issuer.config, { cooldownMs: 0, retryMs: 3_600_000 });
    const good = await issuer.sign();
    await verify(good);
    issuer.status = 500;
    const before = issuer.requests;
    const stranger = await issuer.strange();
    const refusals = [];
    for (let i = 0; i < 100; i++)
      refusals.push(await refusal(await issuer.sign({}, { ...stranger, kid: crypto.randomUUID() })));
    expect(issuer.requests - before).toBe(1);
    expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(['AUTHENTICATION_UNAVAILABLE']));
    expect(new Set(refusals.map(({ cause }) => cause)).size).toBe(1); // so that it is told once
    await verify(good);
    issuer.status = 200;
  });

  test('keys stay in use while their address is unreachable', async () => {
    await verify(await issuer.sign());
    issuer.status = 500;
    await verify(await issuer.sign());
  });

  test("keys at an address where nothing listens are not the token's fault either", async () => {
    verify = createVerifier({ ...issuer.config, keysUrl: 'http://127.0.0.1:1/keys' });
    expect(await refusal(await issuer.sign())).toMatchObject({ code: 'AUTHENTICATION_UNAVAILABLE' });
  });
});
