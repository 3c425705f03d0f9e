import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Answer, root, run } from './scripts.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Returns the variables that the parameter file reads. */
function parameterVariables() {
  return [...read('infra/bicep/main.bicepparam').matchAll(/readEnvironmentVariable\('(\w+)'/g)].map(([, name]) => name);
}

describe('the grant hook', () => {
  const environment = {
    SERVICE_API_IMAGE_NAME: 'r.azurecr.io/events:1',
    AZURE_RESOURCE_GROUP: 'g',
    GRANT_JOB_NAME: 'job-grant',
    DOCTOR_JOB_NAME: 'job-doctor',
  };
  const start: Answer = ['job start', 'echo job-grant-x1'];

  test('the grant hook gives both jobs the image, starts one, and waits for its execution', () => {
    const answers: Answer[] = [
      start,
      ['execution show', `[ "$(grep -c sleep "$CALLS")" -ge 2 ] && echo Succeeded || echo Running`],
    ];
    const { status, calls } = run('hooks/grant.sh', environment, answers);
    expect(status).toBe(0);
    expect(calls.filter((call) => call.includes('job update')).map((call) => call.match(/--name (\S+)/)?.[1])).toEqual([
      'job-grant',
      'job-doctor',
    ]);
    expect(calls[0]).toContain('--resource-group g --subscription s --name job-grant --image r.azurecr.io/events:1');
    expect(calls.filter((call) => call.startsWith('sleep'))).toHaveLength(2);
    expect(calls.at(-2)).toContain('--job-execution-name job-grant-x1');
    expect(calls.at(-1)).toContain(
      'job logs show --resource-group g --subscription s --name job-grant --execution job-grant-x1',
    );
  });

  const withSchema = { ...environment, MIGRATE_JOB_NAME: 'job-migrate' };
  const starts: Answer[] = [['--name job-migrate --query name', 'echo job-migrate-x1'], start];

  test('the grant hook creates the schema before it grants on it', () => {
    const { status, calls } = run('hooks/grant.sh', withSchema, [...starts, ['execution show', 'echo Succeeded']]);
    expect(status).toBe(0);
    const named = (command: string) =>
      calls.filter((call) => call.includes(command)).map((call) => call.match(/--name (\S+)/)?.[1]);
    expect(named('job update')).toEqual(['job-migrate', 'job-grant', 'job-doctor']);
    expect(named('job start')).toEqual(['job-migrate', 'job-grant']);
  });

  test('the grant hook does not grant if the schema could not be created', () => {
    const failed = run('hooks/grant.sh', withSchema, [...starts, ['execution show', 'echo Failed']]);
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain('The job job-migrate did not succeed (Failed)');
    expect(failed.calls.some((call) => call.includes('job start') && call.includes('job-grant'))).toBe(false);
  });

  test('if the identity of the jobs does not administer the server, the grant hook prints their commands until doctor finds nothing wrong', () => {
    const granting = (state: string, more: Readonly<Record<string, string>>) =>
      run('hooks/grant.sh', { ...withSchema, ADD_GRANT_ADMINISTRATOR: 'false', ...more }, [
        ['job show --resource-group g --subscription s --name job-migrate', 'echo migrate migrations'],
        ['job show --resource-group g --subscription s --name job-grant', 'echo grant --role app --object-id 1b4e'],
        ['--name job-doctor --query name', 'echo job-doctor-x1'],
        ...starts,
        ['execution show', `echo ${state}`],
      ]);
    const started = (calls: readonly string[]) =>
      calls.filter((call) => call.includes('job start')).map((call) => call.match(/--name (\S+)/)?.[1]);
    const onServer = { POSTGRES_SERVER_ID: '/server' };
    const refused = granting('Failed', onServer);
    expect([refused.status, started(refused.calls)]).toEqual([1, ['job-doctor']]);
    expect(refused.stderr).toContain('with PGHOST, PGDATABASE,\nEVENTS_SCHEMA and their login');
    expect(refused.stderr).toContain(
      '  events-graphql migrate migrations\n  events-graphql grant --role app --object-id 1b4e\n',
    );
    const granted = granting('Succeeded', onServer);
    expect([granted.status, started(granted.calls)]).toEqual([0, ['job-doctor']]);
    expect(started(granting('Succeeded', {}).calls)).toEqual(['job-migrate', 'job-grant']);
  });

  test.each(['Failed', 'Stopped', 'Degraded'])(
    'the grant hook fails if the job is %s, and prints its output',
    (state) => {
      const answers: Answer[] = [
        start,
        ['execution show', `echo ${state}`],
        ['job logs show', 'echo "not done: SELECT"'],
      ];
      const { status, stdout, stderr } = run('hooks/grant.sh', environment, answers);
      expect(status).toBe(1);
      expect(stderr).toContain(`(${state})`);
      expect(stdout).toContain('not done: SELECT');
    },
  );

  test("if Azure does not show a job's lines, the grant hook says where they are, and continues if the job succeeded", () => {
    for (const [state, expected] of [
      ['Succeeded', 0],
      ['Failed', 1],
    ] as const) {
      const answers: Answer[] = [start, ['execution show', `echo ${state}`], ['job logs show', 'exit 1']];
      const { status, stderr } = run('hooks/grant.sh', environment, answers);
      expect(status).toBe(expected);
      expect(stderr).toContain(
        'az containerapp job logs show --name job-grant --resource-group g --execution job-grant-x1',
      );
      expect(stderr).toContain('ContainerGroupName startswith "job-grant-x1"');
    }
  });

  test('the grant hook gives up on a job that never ends', () => {
    const { status, calls } = run('hooks/grant.sh', environment, [start, ['execution show', 'echo Running']]);
    expect(status).toBe(1);
    expect(calls.filter((call) => call.startsWith('sleep'))).toHaveLength(360);
  });

  test('the grant hook fails if az fails', () => {
    for (const command of ['job update', 'job start', 'execution show']) {
      const { status, calls } = run('hooks/grant.sh', environment, [[command, 'exit 3'], start]);
      expect(status).not.toBe(0);
      expect(calls.at(-1)).toContain(command);
    }
  });
});

/** Variables of the azd environment that only the hooks read. */
const ofHooks = ['VERIFY_DOCUMENT'];

test("hooks and documentation only name outputs of the template and azd's own variables", () => {
  const own = ['AZURE_SUBSCRIPTION_ID', ...ofHooks];
  const outputs = [...read('infra/bicep/main.bicep').matchAll(/^output (\w+)/gm)].map(([, name]) => name);
  const scripts = readdirSync(join(root, 'infra/hooks')).map((name) => read(`infra/hooks/${name}`));
  const used = [
    ...scripts.join('\n').matchAll(/\$\{?([A-Z_]{3,})/g),
    ...read('docs/deploy.md').matchAll(/azd env get-value (\w+)/g),
  ].map(([, name]) => name);
  expect(used.length).toBeGreaterThan(8);
  const known = [...outputs, ...parameterVariables(), ...own];
  expect(used.filter((name) => !known.includes(name))).toEqual([]);
});

test('the documentation only sets variables that the parameter file reads', () => {
  const known = [...parameterVariables(), ...ofHooks];
  const set = [...read('docs/deploy.md').matchAll(/(?:azd env set |[`\s])([A-Z][A-Z_]{4,})(?==| ")/g)].map(
    ([, name]) => name,
  );
  expect(set).toContain('POSTGRES_ADMIN_NAME');
  const ofServer = ['PGPASSWORD'];
  expect(set.filter((name) => !known.includes(name) && !ofServer.includes(name ?? ''))).toEqual([]);
});
