import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { DatabaseError } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { buildApi } from '../../src/api/api.ts';
import { createCredential, createIdentityHttp } from '../../src/auth/identity/credential.ts';
import { explainRefusal } from '../../src/auth/identity/refusal.ts';
import { createTokenSource, openTokenSource } from '../../src/auth/identity/tokenSource.ts';
import { examine, type Probes } from '../../src/commands/doctor/examine.ts';
import type { Finding, Step } from '../../src/commands/doctor/finding.ts';
import { loginRemedy } from '../../src/commands/doctor/login.ts';
import { readConfig } from '../../src/config/config.ts';
import type { Identity } from '../../src/config/database.ts';
import { createDb } from '../../src/db/db.ts';
import { openConnection } from '../../src/db/pool/connection.ts';
import { createPool } from '../../src/db/pool/pool.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createAuthority } from '../platform/certificates.ts';
import { type Platform, startPlatform } from '../platform/platform.ts';
import { startProgram } from '../support/program.ts';

let platform: Platform;
let directory: string;
let role: string;
/** The app's variables, of which each test changes a few. */
let variables: Record<string, string>;

const http = createIdentityHttp(1000);
const instruments: Probes = {
  lookup: async () => [{ address: '127.0.0.1' }],
  now: () => Date.now(),
  openTokens: (password: string | Identity) =>
    typeof password === 'string'
      ? openTokenSource(password, () => {})
      : createTokenSource({
          credential: createCredential(password, http),
          scope: password.scope,
          attemptTimeoutMs: 1000,
        }),
};

beforeAll(async () => {
  platform = await startPlatform(3600);
  directory = await mkdtemp(join(tmpdir(), 'doctor-'));
  await writeFile(join(directory, 'ca.pem'), platform.postgres.ca);
  await platform.postgres.admin(`
    CREATE SCHEMA events;
    CREATE TABLE events.site (code int PRIMARY KEY, name text NOT NULL, secret text);
    CREATE TABLE events.audit (code int);
    CREATE TABLE events.internal (code int);
    COMMENT ON TABLE events.internal IS '@omit';
    CREATE EXTENSION pg_buffercache VERSION '1.4' SCHEMA events;
    CREATE SCHEMA closed;
    CREATE TABLE closed.thing (code int);
    CREATE SCHEMA hidden;
    CREATE TABLE hidden.thing (code int);
    COMMENT ON TABLE hidden.thing IS '@omit';
    CREATE SCHEMA odd;
    CREATE TABLE odd.thing (code int);
    COMMENT ON TABLE odd.thing IS '@key (missing)';
    CREATE FUNCTION events.told() RETURNS int LANGUAGE sql STABLE AS 'select 1';
    CREATE FUNCTION events.told(int) RETURNS int LANGUAGE sql STABLE AS 'select 1';
    CREATE FUNCTION events.told(int, int DEFAULT 1) RETURNS int LANGUAGE sql STABLE AS 'select 1';
    CREATE FUNCTION events.label(events.site) RETURNS text LANGUAGE sql STABLE AS 'select $1.name';
    CREATE FUNCTION events.open() RETURNS int LANGUAGE sql STABLE AS 'select 1';
    CREATE FUNCTION events.closed() RETURNS int LANGUAGE sql STABLE AS 'select 1';
    REVOKE EXECUTE ON FUNCTION events.closed FROM PUBLIC;
    CREATE FUNCTION events.passes() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
    CREATE SCHEMA live;
    CREATE TABLE live.thing (code int);
    CREATE TRIGGER events_graphql_live AFTER INSERT ON live.thing EXECUTE FUNCTION events.passes()`);
});
beforeEach(async () => {
  platform.identity.fault = undefined;
  platform.identity.lifeSeconds = 3600;
  role = await platform.createIdentity();
  await platform.postgres.admin(`
    GRANT USAGE ON SCHEMA events, hidden, odd TO "${role}";
    GRANT SELECT (code, name) ON events.site TO "${role}";
    GRANT SELECT ON events.internal, hidden.thing, odd.thing TO "${role}";
    GRANT EXECUTE ON FUNCTION events.told(), events.told(int), events.told(int, int), events.label TO "${role}"`);
  variables = {
    NODE_ENV: 'production',
    AUTH: 'none',
    PGHOST: 'localhost',
    PGPORT: String(platform.postgres.port),
    PGDATABASE: 'postgres',
    PGUSER: role,
    PGSSLMODE: 'verify-full',
    PGSSLROOTCERT: join(directory, 'ca.pem'),
    PG_AUTH: 'user-identity',
    AZURE_CLIENT_ID: role,
    IDENTITY_ENDPOINT: platform.identity.url,
    IDENTITY_HEADER: platform.identity.header,
  };
});
afterAll(async () => {
  await platform.end();
  await rm(directory, { recursive: true, force: true });
});

/** Returns the findings by step. */
async function look(changed: Record<string, string> = {}, instrumented: Partial<Probes> = {}) {
  const findings = await examine({ ...variables, ...changed }, { ...instruments, ...instrumented });
  return Object.fromEntries(findings.map((finding) => [finding.step, finding])) as Record<Step, Finding>;
}

const stepsWith = (found: Record<Step, Finding>, status: Finding['status']) =>
  Object.values(found)
    .filter((finding) => finding.status === status)
    .map(({ step }) => step);

const inSession = ['role', 'schema', 'version', 'clock', 'connections'];

/** Returns the error of the server's pool with the same configuration, which the readiness probe logs. */
async function refusal(changed: Record<string, string> = {}): Promise<string> {
  const { database, connectTimeoutMs, statementTimeoutMs } = readConfig({ ...variables, ...changed });
  if (!database) throw new Error('No database is configured');
  const tokens = instruments.openTokens(database.password);
  const options = { ...database, connectTimeoutMs, statementTimeoutMs };
  const connection = openConnection(options, tokens).finally(() => tokens.end());
  return connection.then(
    () => 'it was let in',
    (error: Error) => error.message,
  );
}

describe('if all is well', () => {
  test('every step says what it saw, the tables that are not shown say why, and no token is printed', async () => {
    const program = startProgram(['doctor'], variables);
    expect(await program.ended).toBe(0);
    const out = program.out();
    expect(out).not.toMatch(/^(warning|failed|skipped)/m);
    expect(out).toMatch(
      /^ok {7}token .*client id app-\d+, object id app-\d+, for https:\/\/ossrdbms.* ends in 3\d+ s$/m,
    );
    expect(out).toMatch(
      /^ok {7}tls .*TLSv1.3, certificate for localhost, issued by Test authority, valid until \d{4}-/m,
    );
    expect(out).toMatch(/^ok {7}session .*TimeZone=UTC.*statement_timeout=15s/m);
    expect(out).toMatch(/^ok {7}schema .*"events" shows 1 of 4 tables/m);
    expect(out).toMatch(
      / audit: not shown, because the role has no SELECT. To grant it: GRANT SELECT ON events.audit TO "app-\d+";/,
    );
    expect(out).toMatch(/ told\(\): shown$/m);
    expect(out).toMatch(/ told\(pg_catalog.int4\): not shown, because a call with all its arguments is ambiguous/);
    expect(out).toMatch(/ told\(pg_catalog.int4, pg_catalog.int4\): shown$/m);
    expect(out).toMatch(
      / label\(events.site\): not shown, because of one of these: .*takes a row of a table of which the role may SELECT only some columns/,
    );
    expect(out).toMatch(
      / open\(\): not shown, because only PUBLIC or its owner was granted EXECUTE\. To show it, add @expose to its comment, or: GRANT EXECUTE ON FUNCTION "events"\.open\(\) TO "app-\d+";/,
    );
    expect(out).toMatch(/ closed\(\): not shown, because the role has no EXECUTE\. To grant it: GRANT EXECUTE/);
    expect(out).toMatch(/ passes\(\): not shown, because it is for triggers$/m);
    expect(out).toMatch(/ internal: not shown, because its comment/);
    expect(out).toMatch(
      / pg_buffercache: not shown, because it belongs to the extension pg_buffercache. To show it, add @expose/,
    );
    expect(out).toMatch(/ site: shown with 2 of 3 columns \(no SELECT on secret\)/);
    expect(out).not.toMatch(/eyJ/);
  });

  test('--json prints one JSON document, and the exit code tells the result', async () => {
    const program = startProgram(['doctor', '--json'], { ...variables, EVENTS_SCHEMA: 'nowhere' });
    expect(await program.ended).toBe(1);
    const { ok, findings } = JSON.parse(program.out()) as { ok: boolean; findings: Finding[] };
    expect(ok).toBe(false);
    expect(findings.filter(({ status }) => status !== 'ok')).toEqual([
      expect.objectContaining({ step: 'schema', status: 'failed', message: expect.stringMatching(/no table to read/) }),
    ]);
  });
});

describe('on the way to the server', () => {
  test('a configuration with problems lists them all, and nothing else is tried', async () => {
    const found = await look({ PGUSER: '', PG_POOL_SIZE: 'many' });
    expect(found.configuration.details).toEqual([
      expect.stringMatching(/^PG_POOL_SIZE/),
      expect.stringMatching(/^PGUSER/),
    ]);
    expect(stepsWith(found, 'failed')).toEqual(['configuration']);
    expect(stepsWith(found, 'skipped')).toHaveLength(11);
  });

  test('an unknown host name points at the private zone, and the token is examined all the same', async () => {
    const PGHOST = 'db.postgres.database.azure.com';
    const lookup = () =>
      Promise.reject(Object.assign(new Error(`getaddrinfo ENOTFOUND ${PGHOST}`), { code: 'ENOTFOUND' }));
    const found = await look({ PGHOST }, { lookup });
    expect(found.name).toMatchObject({
      status: 'failed',
      message: `The name ${PGHOST} cannot be resolved: is its private DNS zone linked to this network? (getaddrinfo ENOTFOUND ${PGHOST})`,
      remedy: expect.stringMatching(/^Link the server's private DNS zone/),
    });
    expect(found.token.status).toBe('ok');
    expect(stepsWith(found, 'skipped')).toEqual(['connect', 'tls', 'login', 'session', ...inSession]);
  });

  test('a public address of a server on Azure is a warning, a private one is not', async () => {
    const at = async (address: string) =>
      (
        await look(
          { PGHOST: 'db.postgres.database.azure.com', PG_CONNECT_TIMEOUT_MS: '1' },
          { lookup: async () => [{ address }] },
        )
      ).name;
    expect(await at('20.50.2.1')).toMatchObject({
      status: 'warning',
      remedy: expect.stringMatching(/private DNS zone/),
    });
    expect(await at('10.0.1.4')).toMatchObject({ status: 'ok' });
  });

  test('a closed port is reported', async () => {
    const found = await look({ PGPORT: '1' });
    expect(found.connect.message).toMatch(/^The server localhost:1 does not answer \(.*ECONNREFUSED/);
    expect(found.connect.message).toBe(await refusal({ PGPORT: '1' }));
    expect(stepsWith(found, 'failed')).toEqual(['connect']);
  });

  test.each([
    ['says nothing', () => {}, /no answer within 200 ms/],
    ['hangs up', (socket: Socket) => void socket.once('data', () => socket.end()), /closed the connection/],
    ['says nothing more', (socket: Socket) => void socket.once('data', () => socket.write('S')), /no answer within/],
  ])('doctor gives up on a server that %s', async (_, greet, message) => {
    const server = createServer(greet).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const PGPORT = String(typeof address === 'object' && address?.port);
    const found = await look({ PGHOST: '127.0.0.1', PGPORT, PG_CONNECT_TIMEOUT_MS: '200' });
    server.close();
    expect(found.tls).toMatchObject({ status: 'failed', message: expect.stringMatching(message) });
  });

  test.each([
    ['an unknown authority', { PGSSLROOTCERT: '' }, /PGSSLROOTCERT to a file/],
    [
      'a name for which the certificate is not valid',
      { PGHOST: '127.0.0.1' },
      /PGHOST to the server's full name.*the certificate is not for/,
    ],
  ])('%s is reported', async (_, changed, remedy) => {
    const found = await look(changed);
    expect(found.tls).toMatchObject({ status: 'failed', remedy: expect.stringMatching(remedy) });
    expect(found.tls.message).toBe(await refusal(changed));
    expect(stepsWith(found, 'failed')).toEqual(['tls']);
  });

  test.each([
    ['not valid yet', 1, /Check this machine's clock, and from when/],
    ['no longer valid', -100, /Renew the server's certificate/],
  ])('a certificate that is %s is reported', async (_, days, remedy) => {
    const authority = createAuthority('Authority of another server');
    const { certificate: cert, key } = authority.issue('localhost', Date.now() + days * 86_400_000);
    const PGSSLROOTCERT = join(directory, 'other.pem');
    await writeFile(PGSSLROOTCERT, authority.certificate);
    // Accepts PostgreSQL's request for TLS.
    const server = createServer((socket) => {
      socket
        .on('error', () => {})
        .once('data', () => {
          socket.write('S');
          new TLSSocket(socket, { isServer: true, cert, key }).on('error', () => {});
        });
    }).listen(0, 'localhost');
    await once(server, 'listening');
    const address = server.address();
    const changed = { PGPORT: String(typeof address === 'object' && address?.port), PGSSLROOTCERT };
    const found = await look(changed);
    expect(found.tls).toMatchObject({ status: 'failed', remedy: expect.stringMatching(remedy) });
    expect(found.tls.message).toBe(await refusal(changed));
    server.close();
  });

  test('a server without TLS is reported', async () => {
    const { host, port } = inject('postgres').admin;
    const found = await look({ PGHOST: host, PGPORT: String(port) });
    expect(found.tls).toMatchObject({ status: 'failed', remedy: expect.stringMatching(/Turn on TLS/) });
  });

  test('a certificate that expires within a month is a warning', async () => {
    const found = await look({}, { now: () => Date.now() + 65 * 86_400_000 });
    expect(found.tls).toMatchObject({ status: 'warning', message: expect.stringMatching(/: 24 days from now$/) });
  });
});

describe('the identity', () => {
  test('an identity that is not assigned is reported', async () => {
    const found = await look({ AZURE_CLIENT_ID: 'of-another-app' });
    expect(found.token).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/^The identity is not assigned to this app/),
      remedy: expect.stringMatching(/^az containerapp identity assign .* \(now of-another-app\)$/),
    });
    expect(found.login).toMatchObject({ status: 'skipped', message: 'needs token' });
  });

  test('an endpoint that fails is reported', async () => {
    platform.identity.fault = { kind: 'status', status: 500 };
    expect((await look()).token).toMatchObject({ status: 'failed', remedy: expect.stringMatching(/^Wait/) });
  });

  test('a token for another resource is reported', async () => {
    platform.identity.fault = { kind: 'wrong-audience' };
    const found = await look();
    expect(found.token).toMatchObject({ status: 'warning', remedy: expect.stringMatching(/^Set PG_TOKEN_SCOPE/) });
    expect(found.login).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/^The database does not accept tokens for https:\/\/management.azure.com/),
      remedy: expect.stringMatching(/^Set PG_TOKEN_SCOPE to https/),
    });
  });

  test('a role that does not exist, or that was created for another identity, is reported', async () => {
    const found = await look({ PGUSER: "o'dd role" });
    expect(found.login).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(
        /^The database refused the identity: PGUSER must be the role that was created for this/,
      ),
      remedy: expect.stringContaining(
        String.raw`events-graphql grant --role 'o'\''dd role' --object-id ${role}. It creates the role`,
      ),
    });
    expect(found.login.message).toBe(await refusal({ PGUSER: "o'dd role" }));
    expect(stepsWith(found, 'skipped')).toEqual(['session', ...inSession]);
  });

  test('a refused login is reported, even if the identity endpoint has failed since', async () => {
    let refusals = 0;
    const found = await look(
      { PGUSER: 'nobody' },
      {
        openTokens(password) {
          const tokens = instruments.openTokens(password);
          return {
            ...tokens,
            refuse(token, reason) {
              if (++refusals === 2) platform.identity.fault = { kind: 'status', status: 500 };
              return tokens.refuse(token, reason);
            },
          };
        },
      },
    );
    expect(found.login).toMatchObject({ status: 'failed', remedy: expect.stringContaining(`--object-id ${role}`) });
  });

  test('an expired token is reported', async () => {
    platform.identity.lifeSeconds = -30;
    const found = await look();
    expect(found.token).toMatchObject({ status: 'warning', message: expect.stringMatching(/already ended$/) });
    expect(found.login).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/^The token has expired/),
      remedy: expect.stringMatching(/^Correct this machine's clock/),
    });
  });

  test("a token from the future is a warning, because this machine's clock is behind", async () => {
    platform.identity.fault = { kind: 'clock-ahead', seconds: 60 };
    expect((await look()).token).toMatchObject({
      status: 'warning',
      message: expect.stringMatching(/issued in the future$/),
    });
  });

  test.each([
    ['The access token has expired. Acquire a new token and try again.', /clock/],
    ['The access token does not have a valid audience claim', /PG_TOKEN_SCOPE/],
    [
      'Service Principals cannot generate AAD_AUTH_TOKENTYPE_APP_USER tokens for role[app]',
      /no longer used.* grant --role \S+ --revoke/,
    ],
  ])('Azure\'s message "%s" gets a remedy', (words, remedy) => {
    const answer = Object.assign(new DatabaseError(words, words.length, 'error'), { code: '28000' });
    const issued = { text: '', expiresAt: Date.now() + 60_000 };
    const { database } = readConfig(variables);
    if (!database) throw new Error('No database is configured');
    expect(loginRemedy(explainRefusal(answer, issued, ''), database, {})).toMatch(remedy);
  });
});

describe('the login and the session', () => {
  test('a database that does not exist is reported', async () => {
    const found = await look({ PGDATABASE: 'Tele"metry' });
    expect(found.login).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/database "Tele"metry" does not exist/),
      remedy: expect.stringContaining('CREATE DATABASE "Tele""metry";'),
    });
  });

  test('a role that may not connect is reported', async () => {
    await platform.postgres.admin('CREATE DATABASE private');
    await platform.postgres.admin('REVOKE CONNECT ON DATABASE private FROM public');
    expect((await look({ PGDATABASE: 'private' })).login).toMatchObject({
      status: 'failed',
      remedy: `GRANT CONNECT ON DATABASE "private" TO "${role}";`,
    });
  });

  test('a superuser, whom no grants limit, is a warning', async () => {
    await platform.postgres.admin(`ALTER ROLE "${role}" SUPERUSER`);
    expect((await look()).role).toMatchObject({ status: 'warning', message: expect.stringMatching(/is a superuser/) });
  });

  test.each([
    ['nowhere', { remedy: expect.stringMatching(/There is no schema "nowhere" in the database postgres/) }],
    ['hidden', { details: [expect.stringMatching(/^thing: not shown, because its comment/)] }],
    [
      'closed',
      {
        remedy: expect.stringMatching(
          /GRANT USAGE ON SCHEMA "closed" TO ".*"; GRANT SELECT ON ALL TABLES IN SCHEMA "closed" TO/,
        ),
      },
    ],
  ])('a schema with nothing to read is reported: "%s"', async (EVENTS_SCHEMA, wanted) => {
    const { schema } = await look({ EVENTS_SCHEMA });
    expect(schema).toMatchObject({ status: 'failed', ...wanted });
    const config = readConfig(variables);
    const pool = createPool({
      host: 'localhost',
      port: platform.postgres.port,
      database: 'postgres',
      user: role,
      ssl: { ca: platform.postgres.ca },
      password: instruments.openTokens(config.database?.password ?? ''),
      size: 1,
      connectTimeoutMs: 5000,
      statementTimeoutMs: 5000,
      onError: () => {},
    });
    const api = buildApi({
      db: createDb(pool),
      schemaName: EVENTS_SCHEMA,
      limits: config.limits,
      log: createLogger('silent'),
    });
    await expect(api).rejects.toThrow(schema.message);
    await pool.end();
  });

  test('a comment with an invalid directive is a warning', async () => {
    expect((await look({ EVENTS_SCHEMA: 'odd' })).schema).toMatchObject({
      status: 'warning',
      details: expect.arrayContaining([expect.stringMatching(/there is no readable column missing/)]),
    });
  });

  test("a clock that differs from the database's is a warning", async () => {
    const found = await look({}, { now: () => Date.now() + 60_000 });
    expect(found.clock).toMatchObject({
      status: 'warning',
      message: expect.stringMatching(/^this machine's clock is 60.0 s ahead of the database's/),
    });
  });

  test('more connections than the server has, in all replicas together, are reported', async () => {
    const connections = async (MAX_REPLICAS: string) => (await look({ MAX_REPLICAS, PG_POOL_SIZE: '9' })).connections;
    expect(await connections('1')).toMatchObject({ status: 'ok' });
    expect(await connections('4')).toMatchObject({ status: 'warning' });
    expect(await connections('9')).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(
        /^9 × \(9 \+ 1\) = 90 connections, .* room for 57 \(max_connections 60, 3 reserved, 0 in/,
      ),
    });
  });

  test('each replica has one more connection if tables announce new rows', async () => {
    expect((await look({ EVENTS_SCHEMA: 'live', MAX_REPLICAS: '4', PG_POOL_SIZE: '9' })).connections.message).toMatch(
      /^4 × \(9 \+ 2\) = 44 connections, /,
    );
  });

  test("the role's own limit of connections is named if it is the lowest", async () => {
    await platform.postgres.admin(`ALTER ROLE "${role}" CONNECTION LIMIT 9`);
    expect((await look({ PG_POOL_SIZE: '9' })).connections).toMatchObject({
      status: 'failed',
      message:
        '1 × (9 + 1) = 10 connections, twice that during a deployment; there is room for 9 (the CONNECTION LIMIT of the role)',
      remedy: expect.stringMatching(/or raise the CONNECTION LIMIT of the role$/),
    });
  });
});
