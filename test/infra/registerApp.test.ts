import { expect, test } from 'vitest';
import { type Answer, run } from './scripts.ts';

const app = '11111111-2222-3333-4444-555555555555';
const cli = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';
const created: Answer = ['app create', `echo ${app}`];
const found: Answer = ['app list', `echo ${app}`];
const shown: readonly Answer[] = [
  ['--query id ', 'echo object'],
  ['account show', 'echo tenant'],
];

/** Runs the script; `bodies` are those of its changes, in order. */
function register(answers: readonly Answer[], options: readonly string[] = []) {
  const result = run('register-app.sh', {}, answers, { options });
  const changes = result.calls.filter((call) => call.startsWith('az rest'));
  return {
    ...result,
    changes,
    bodies: changes.map((call) => JSON.parse(/--body (.*) --output/.exec(call)?.[1] ?? '')),
  };
}

test('the script registers an app with its audience, its roles and a scope for clients, and prints what to set', () => {
  const { status, stdout, calls, changes, bodies } = register([created, ['sp show', 'exit 3'], ...shown]);
  expect(status).toBe(0);
  expect(calls[1]).toContain('--display-name events-graphql --sign-in-audience AzureADMyOrg');
  expect(changes[0]).toContain('--method PATCH --url https://graph.microsoft.com/v1.0/applications/object ');
  const [first, second] = bodies;
  expect(first.identifierUris).toEqual([`api://${app}`]);
  expect(first.appRoles.map(({ value }: { value: string }) => value)).toEqual([
    'Events.Read',
    'Events.Write',
    'Events.Explore',
  ]);
  expect(first.spa).toEqual({ redirectUris: [] });
  expect(first.api.requestedAccessTokenVersion).toBe(2);
  const [scope] = first.api.oauth2PermissionScopes;
  expect(new Set([scope, ...first.appRoles].map(({ id }) => id)).size).toBe(4);
  expect(second).toEqual({
    api: { preAuthorizedApplications: [{ appId: cli, delegatedPermissionIds: [scope.id] }] },
  });
  expect(calls.at(-2)).toBe(`az ad sp create --id ${app} --output none`);
  expect(stdout).toContain(`azd env set APP_AUTH_AUDIENCE ${app},api://${app}\n`);
  expect(stdout).toContain(`AUTH=entra AUTH_TENANT_ID=tenant AUTH_AUDIENCE=${app},api://${app}\n`);
});

test('the script updates a registration, whose roles and scope keep their ids', () => {
  const answers: readonly Answer[] = [
    found,
    ["appRoles[?value=='Events.Read']", 'echo of-read'],
    ['oauth2PermissionScopes', 'echo of-scope'],
    ...shown,
  ];
  const { status, calls, bodies } = register(answers, [
    'events-graphql',
    'aaaa-1',
    'https://events.example/',
    'bbbb-2',
    'http://localhost:4000',
  ]);
  expect(status).toBe(0);
  expect(calls.join()).not.toContain('create');
  expect(bodies[0].spa.redirectUris).toEqual(['https://events.example/sign-in', 'http://localhost:4000/sign-in']);
  expect(bodies[0].appRoles[0].id).toBe('of-read');
  expect(bodies[0].appRoles[1].id).not.toBe('of-read');
  expect(bodies[0].api.oauth2PermissionScopes[0].id).toBe('of-scope');
  expect(bodies[1].api.preAuthorizedApplications).toEqual(
    [cli, 'aaaa-1', 'bbbb-2'].map((appId) => ({ appId, delegatedPermissionIds: ['of-scope'] })),
  );
});

test('the script changes nothing when it runs a second time', () => {
  const once = register([found, ...shown]);
  expect(register([found, ...shown]).calls).toEqual(once.calls);
});

test('the script changes nothing if several apps have the name', () => {
  const { status, stderr, calls } = register([['app list', 'echo 1-1; echo 2-2'], ...shown]);
  expect(status).toBe(1);
  expect(stderr).toContain('Several apps are called events-graphql');
  expect(calls).toHaveLength(1);
});

test.each([
  ['a name', ["it's"]],
  ['a client', ['events', 'my client']],
  ['an address', ['events', 'http://events.example']],
])('the script rejects %s that is not valid, without asking Entra ID', (_, options) => {
  const { status, stderr, calls } = register([], options);
  expect([status, calls]).toEqual([2, []]);
  expect(stderr).toContain(`'${options.at(-1)}'`);
  expect(stderr).toContain('. Usage: register-app.sh');
});

test.each(['app list', 'app create', 'app show', 'az rest', 'sp create'])(
  'the script stops if az %s fails',
  (command) => {
    const { status, calls } = register([[command, 'exit 1'], created, ['sp show', 'exit 3'], ...shown]);
    expect(status).not.toBe(0);
    expect(calls.at(-1)).toContain(command.replace('az ', ''));
  },
);
