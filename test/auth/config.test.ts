import { describe, expect, test } from 'vitest';
import { readConfig, readPoolConfig } from '../../src/config/config.ts';
import { ConfigError } from '../../src/config/variables.ts';

const scope = 'https://ossrdbms-aad.database.windows.net/.default';
const server = { PGHOST: 'db.example', PGUSER: 'app', PGDATABASE: 'events', AUTH: 'none' };
const platform = { IDENTITY_ENDPOINT: 'http://localhost:42356/msi/token', IDENTITY_HEADER: 'secret' };

const passwordOf = (environment: Record<string, string>) =>
  readConfig({ ...server, ...environment }).database?.password;

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig({ ...server, ...environment });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

test('outside production, a password that is set is used to log in', () => {
  expect(passwordOf({ PGPASSWORD: 'secret' })).toBe('secret');
});

test("outside production, without a password, the developer's own login is used", () => {
  expect(passwordOf({})).toEqual({ kind: 'default-credential', scope });
});

test('in production there is no default login', () => {
  expect(problemsOf({ NODE_ENV: 'production', PGPASSWORD: 'secret' })).toEqual([
    expect.stringMatching(/^PG_AUTH: required in production/),
  ]);
});

test('a user-assigned identity is selected by its client id', () => {
  const environment = { PG_AUTH: 'user-identity', AZURE_CLIENT_ID: 'id', NODE_ENV: 'production', ...platform };
  expect(passwordOf(environment)).toEqual({ kind: 'user-identity', clientId: 'id', scope });
});

test('a user-assigned identity without a client id, or outside the platform, is rejected at the start', () => {
  expect(problemsOf({ PG_AUTH: 'user-identity' })).toEqual([
    expect.stringMatching(/^IDENTITY_ENDPOINT: .*no identity endpoint/),
    expect.stringMatching(/^AZURE_CLIENT_ID: required/),
  ]);
});

test("the app's own identity needs the platform, but no client id", () => {
  expect(passwordOf({ PG_AUTH: 'system-identity', ...platform })).toEqual({ kind: 'system-identity', scope });
  expect(problemsOf({ PG_AUTH: 'system-identity', IDENTITY_ENDPOINT: platform.IDENTITY_ENDPOINT })).toEqual([
    expect.stringMatching(/^IDENTITY_HEADER:/),
  ]);
});

test('a password together with an identity is an error', () => {
  expect(problemsOf({ PG_AUTH: 'system-identity', PGPASSWORD: 'secret', ...platform })).toEqual([
    expect.stringMatching(/^PGPASSWORD: not used/),
  ]);
});

test('other clouds have other scopes, and a scope without /.default is an error', () => {
  const PG_TOKEN_SCOPE = 'https://ossrdbms-aad.database.chinacloudapi.cn/.default';
  expect(passwordOf({ PG_TOKEN_SCOPE })).toEqual({ kind: 'default-credential', scope: PG_TOKEN_SCOPE });
  expect(problemsOf({ PG_TOKEN_SCOPE: 'https://ossrdbms-aad.database.windows.net' })).toEqual([
    expect.stringMatching(/^PG_TOKEN_SCOPE: /),
  ]);
});

test('the names of existing deployments work', () => {
  const { database } = readConfig({ PG_HOST: 'db.example', PG_DB: 'events', PG_USER: 'app' });
  expect(database).toMatchObject({ host: 'db.example', database: 'events', user: 'app' });
});

describe('who may call', () => {
  const tenant = '3f0b1c52-6f5e-4c39-9d0e-1f8a5a6c7d11';
  const entra = { AUTH: 'entra', AUTH_TENANT_ID: tenant, AUTH_AUDIENCE: 'api://events, 5d1c7a20' };
  const authOf = (environment: Record<string, string>) => readConfig({ ...server, ...environment }).auth;

  test('anyone may call outside production; in production there is no default', () => {
    const { AUTH: _, ...unset } = server;
    expect(readConfig(unset).auth).toBe(null);
    expect(problemsOf({ NODE_ENV: 'production', PG_AUTH: 'password', PGPASSWORD: 'x', AUTH: '' })).toEqual([
      expect.stringMatching(/^AUTH: required in production/),
    ]);
  });

  test('a program that only connects does not need AUTH', () => {
    const { AUTH: _, ...unset } = server;
    const environment = { ...unset, NODE_ENV: 'production', PG_AUTH: 'password', PGPASSWORD: 'x' };
    expect(readPoolConfig(environment).database?.user).toBe('app');
  });

  test('callers need a token of the tenant, of either version', () => {
    expect(authOf({ ...entra, AUTH_TENANT_ID: tenant.toUpperCase() })).toEqual({
      tenantId: tenant,
      audiences: ['api://events', '5d1c7a20'],
      authority: `https://login.microsoftonline.com/${tenant}`,
      issuers: [`https://login.microsoftonline.com/${tenant}/v2.0`, `https://sts.windows.net/${tenant}/`],
      keysUrl: `https://login.microsoftonline.com/${tenant}/discovery/v2.0/keys`,
    });
  });

  test('callers in another cloud need a token of that cloud', () => {
    const AUTH_AUTHORITY = 'https://login.partner.microsoftonline.cn/';
    expect(authOf({ ...entra, AUTH_AUTHORITY })).toMatchObject({
      issuers: [`https://login.partner.microsoftonline.cn/${tenant}/v2.0`, `https://sts.chinacloudapi.cn/${tenant}/`],
      keysUrl: `https://login.partner.microsoftonline.cn/${tenant}/discovery/v2.0/keys`,
    });
  });

  test.each([
    ['no tenant and no audience', { AUTH: 'entra' }, [/^AUTH_TENANT_ID: required/, /^AUTH_AUDIENCE: required/]],
    [
      'a tenant by its domain',
      { ...entra, AUTH_TENANT_ID: 'example.com' },
      [/^AUTH_TENANT_ID: must be/, /^AUTH_TENANT_ID/],
    ],
    ['keys over plain HTTP', { ...entra, AUTH_AUTHORITY: 'http://login.example' }, [/^AUTH_AUTHORITY: must/]],
    [
      'keys over plain HTTP from elsewhere',
      { ...entra, AUTH_AUTHORITY: 'http://localhost.example' },
      [/^AUTH_AUTHORITY: must/],
    ],
    ['a tenant together with AUTH=none', { ...entra, AUTH: 'none' }, [/^AUTH: must be entra/]],
    ['a tenant without AUTH', { ...entra, AUTH: '' }, [/^AUTH: must be entra/]],
  ] as const)('%s is an error', (_, environment, problems) => {
    expect(problemsOf(environment)).toEqual(problems.map((problem) => expect.stringMatching(problem)));
  });
});

test('a signal is sent if it has an endpoint, and only then', () => {
  const telemetryOf = (environment: Record<string, string>) => readConfig(environment).telemetry;
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
  expect(telemetryOf({ OTEL_SERVICE_NAME: 'api' })).toBeNull();
  expect(telemetryOf(endpoint)).toEqual({ traces: true, metrics: true, logs: true });
  expect(telemetryOf({ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://collector:4318/v1/metrics' })).toEqual({
    traces: false,
    metrics: true,
    logs: false,
  });
  expect(telemetryOf({ ...endpoint, OTEL_SDK_DISABLED: 'true' })).toBeNull();
});

test('a protocol that OpenTelemetry does not have is rejected at the start', () => {
  expect(problemsOf({ PGPASSWORD: 'x', OTEL_EXPORTER_OTLP_PROTOCOL: 'http' })).toEqual([
    'OTEL_EXPORTER_OTLP_PROTOCOL: must be one of grpc, http/protobuf, http/json',
  ]);
});
