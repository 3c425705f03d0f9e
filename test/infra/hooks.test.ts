import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;
const read = (path: string) => readFileSync(join(root, path), 'utf8');
let bin: string;

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'hooks-'));
});

afterEach(() => {
  rmSync(bin, { recursive: true });
});

/** The variables that the parameter file reads. */
function parameterVariables() {
  return [...read('infra/bicep/main.bicepparam').matchAll(/readEnvironmentVariable\('(\w+)'/g)].map(([, name]) => name);
}

/** Runs a hook with an az, an azd and a sleep that note their calls; az answers the first pattern that fits. */
function run(
  hook: string,
  environment: Readonly<Record<string, string>>,
  answers: readonly [pattern: string, answer: string][],
) {
  const calls = join(bin, 'calls');
  const cases = answers.map(([pattern, answer]) => `*'${pattern}'*) ${answer} ;;`).join('\n');
  for (const name of ['az', 'azd', 'sleep']) {
    const script = `#!/bin/sh\necho "${name} $*" >> '${calls}'\ncase "${name} $*" in\n${cases}\n*) ;;\nesac\n`;
    writeFileSync(join(bin, name), script, { mode: 0o755 });
  }
  const { status, stdout, stderr } = spawnSync(join(root, 'infra/hooks', hook), {
    encoding: 'utf8',
    env: { PATH: `${bin}:${process.env['PATH']}`, AZURE_ENV_NAME: 'e', AZURE_SUBSCRIPTION_ID: 's', ...environment },
  });
  return { status, stdout, stderr, calls: existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [] };
}

describe('the hook that grants', () => {
  const environment = {
    SERVICE_API_IMAGE_NAME: 'r.azurecr.io/events:1',
    AZURE_RESOURCE_GROUP: 'g',
    GRANT_JOB_NAME: 'job-grant',
    DOCTOR_JOB_NAME: 'job-doctor',
  };
  const start: [string, string] = ['job start', 'echo job-grant-x1'];

  test('does nothing before there is an image', () => {
    const { status, calls } = run('grant.sh', {}, []);
    expect([status, calls]).toEqual([0, []]);
  });

  test('gives both jobs the image, starts one, and waits for that execution', () => {
    const answers: [string, string][] = [
      start,
      ['execution show', `[ "$(grep -c sleep '${join(bin, 'calls')}')" -ge 2 ] && echo Succeeded || echo Running`],
    ];
    const { status, calls } = run('grant.sh', environment, answers);
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
  const starts: [string, string][] = [['--name job-migrate --query name', 'echo job-migrate-x1'], start];

  test('lets the schema be made before it grants on it', () => {
    const { status, calls } = run('grant.sh', withSchema, [...starts, ['execution show', 'echo Succeeded']]);
    expect(status).toBe(0);
    const named = (command: string) =>
      calls.filter((call) => call.includes(command)).map((call) => call.match(/--name (\S+)/)?.[1]);
    expect(named('job update')).toEqual(['job-migrate', 'job-grant', 'job-doctor']);
    expect(named('job start')).toEqual(['job-migrate', 'job-grant']);
  });

  test('does not grant on a schema that could not be made', () => {
    const failed = run('grant.sh', withSchema, [...starts, ['execution show', 'echo Failed']]);
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain('The job job-migrate did not succeed (Failed)');
    expect(failed.calls.some((call) => call.includes('job start') && call.includes('job-grant'))).toBe(false);
  });

  test.each(['Failed', 'Stopped', 'Degraded'])('fails when the job is %s, and prints what it said', (state) => {
    const answers: [string, string][] = [
      start,
      ['execution show', `echo ${state}`],
      ['job logs show', 'echo "not done: SELECT"'],
    ];
    const { status, stdout, stderr } = run('grant.sh', environment, answers);
    expect(status).toBe(1);
    expect(stderr).toContain(`(${state})`);
    expect(stdout).toContain('not done: SELECT');
  });

  test('says where the lines of a job are that Azure does not show, and goes on if it succeeded', () => {
    for (const [state, expected] of [
      ['Succeeded', 0],
      ['Failed', 1],
    ] as const) {
      const answers: [string, string][] = [start, ['execution show', `echo ${state}`], ['job logs show', 'exit 1']];
      const { status, stderr } = run('grant.sh', environment, answers);
      expect(status).toBe(expected);
      expect(stderr).toContain(
        'az containerapp job logs show --name job-grant --resource-group g --execution job-grant-x1',
      );
      expect(stderr).toContain('ContainerGroupName startswith "job-grant-x1"');
    }
  });

  test('gives up on a job that never ends', () => {
    const { status, calls } = run('grant.sh', environment, [start, ['execution show', 'echo Running']]);
    expect(status).toBe(1);
    expect(calls.filter((call) => call.startsWith('sleep'))).toHaveLength(120);
  });

  test('fails when az does', () => {
    for (const command of ['job update', 'job start', 'execution show']) {
      const { status, calls } = run('grant.sh', environment, [[command, 'exit 3'], start]);
      expect(status).not.toBe(0);
      expect(calls.at(-1)).toContain(command);
    }
  });
});

describe('the hook before provisioning', () => {
  const exists: [string, string] = ['group exists', 'echo true'];

  test('asks nobody when the image is known', () => {
    expect(run('image.sh', { SERVICE_API_IMAGE_NAME: 'x' }, []).calls).toEqual([]);
  });

  test('leaves a new deployment its placeholder', () => {
    const { status, calls } = run('image.sh', {}, [['group exists', 'echo false']]);
    expect(status).toBe(0);
    expect(calls).toEqual(['az group exists --name rg-e --subscription s']);
  });

  test('keeps the image of an app that runs', () => {
    const { status, calls } = run('image.sh', {}, [exists, ['containerapp list', 'echo r.azurecr.io/events:1']]);
    expect(status).toBe(0);
    expect(calls.at(-1)).toBe('azd env set SERVICE_API_IMAGE_NAME r.azurecr.io/events:1');
  });

  test('takes the placeholder for no image', () => {
    const placeholder = 'echo mcr.microsoft.com/k8se/quickstart:latest';
    const { calls } = run('image.sh', {}, [exists, ['containerapp list', placeholder]]);
    expect(calls.filter((call) => call.startsWith('azd'))).toEqual([]);
  });

  test('stops provisioning when it cannot know', () => {
    expect(run('image.sh', {}, [exists, ['containerapp list', 'exit 1']]).status).not.toBe(0);
    expect(run('image.sh', {}, [['group exists', 'exit 1']]).status).not.toBe(0);
  });
});

describe('the end of azd up', () => {
  const environment = {
    AZURE_RESOURCE_GROUP: 'g',
    APP_NAME: 'ca',
    APP_URL: 'https://ca.example/graphql',
    DOCTOR_JOB_NAME: 'job-doctor',
  };
  const ready: [string, string] = ['latestReadyRevisionName', 'echo ca--2'];
  const known: [string, string][] = [
    ['latestRevisionName', 'echo ca--2'],
    ['AUTH_AUDIENCE', 'echo api://1'],
    ['PGUSER', 'echo events-app'],
    ['job start', 'echo job-doctor-x1'],
    ['job logs show', 'echo "ok  login"'],
  ];
  const succeeded: [string, string] = ['execution show', 'echo Succeeded'];

  test('says where the app is and who may call it, with what doctor printed', () => {
    const { status, stdout } = run('verify.sh', environment, [ready, ...known, succeeded]);
    expect(status).toBe(0);
    expect(stdout.slice(stdout.indexOf('ok  login'))).toBe(
      [
        'ok  login\n',
        'URL       https://ca.example/graphql',
        'role      events-app',
        'audience  api://1',
        'verdict   healthy: the app is ready, and doctor found nothing wrong\n',
      ].join('\n'),
    );
  });

  test('waits for the newest revision before it starts doctor', () => {
    const becomes = `[ "$(grep -c sleep '${join(bin, 'calls')}')" -ge 2 ] && echo ca--2 || echo ca--1`;
    const answers: [string, string][] = [['latestReadyRevisionName', becomes], ...known, succeeded];
    const { status, calls } = run('verify.sh', environment, answers);
    expect(status).toBe(0);
    expect(calls.filter((call) => call.startsWith('sleep'))).toHaveLength(2);
    const started = calls.findIndex((call) => call.includes('job start'));
    expect(started).toBeGreaterThan(calls.findLastIndex((call) => call.includes('latestReadyRevisionName')));
  });

  test('fails when the revision does not get ready, with what Azure and the revision say', () => {
    const answers: [string, string][] = [
      ['latestReadyRevisionName', 'echo ca--1'],
      ['revision show', 'echo "state: Failed"'],
      ['--name ca --revision ca--2 --format text', 'echo "PGHOST is not set"'],
      ...known,
    ];
    const { status, stderr, calls } = run('verify.sh', environment, answers);
    expect(status).toBe(1);
    expect(stderr).toMatch(/state: Failed\nPGHOST is not set\nThe revision ca--2 is not ready/);
    expect(stderr).toContain('az containerapp job start --name job-doctor --resource-group g');
    expect(calls.join()).not.toContain('job start');
  });

  test.each([
    ['doctor finds something', ['execution show', 'echo Failed']],
    ['doctor cannot be started', ['job start', 'exit 1']],
    ['nobody knows how doctor ended', ['execution show', 'exit 1']],
  ] satisfies [string, [string, string]][])('fails when %s', (_, answer) => {
    const { status, stdout } = run('verify.sh', environment, [answer, ready, ...known]);
    expect(status).toBe(1);
    expect(stdout).toContain('verdict   not healthy');
  });

  test('says that nobody is let in as long as there is no audience but the one that no token has', () => {
    const unregistered: [string, string] = ['AUTH_AUDIENCE', 'echo api://e'];
    const { status, stdout } = run('verify.sh', environment, [unregistered, ready, ...known, succeeded]);
    expect(status).toBe(0);
    expect(stdout).toContain('Nobody is let in yet');
  });

  test('says that nobody is asked with AUTH=none', () => {
    const { stdout } = run('verify.sh', environment, [['AUTH_AUDIENCE', 'true'], ready, ...known, succeeded]);
    expect(stdout).toContain('audience  none');
  });

  test('fails when az does', () => {
    const { status, calls } = run('verify.sh', environment, [['latestRevisionName', 'exit 1']]);
    expect(status).not.toBe(0);
    expect(calls).toHaveLength(1);
  });
});

describe('the preflight', () => {
  const providers = [
    'Microsoft.App',
    'Microsoft.ContainerRegistry',
    'Microsoft.ContainerService',
    'Microsoft.DBforPostgreSQL',
    'Microsoft.Insights',
    'Microsoft.ManagedIdentity',
    'Microsoft.Network',
    'Microsoft.OperationalInsights',
  ];
  const registered = (names: readonly string[]): [string, string] => ['provider list', `echo '${names.join('\n')}'`];
  const skus: [string, string] = ['list-skus', 'echo Standard_B1ms; echo Standard_D2ds_v5'];
  const mine = '/subscriptions/s/resourceGroups/n/providers/Microsoft.Network/virtualNetworks/v';
  const foreign = mine.replace('/s/', '/other/');

  test('lets a deployment go on that nothing is in the way of', () => {
    const { status, stderr, calls } = run('preflight.sh', {}, [registered(providers), skus]);
    expect([status, stderr]).toEqual([0, '']);
    expect(calls.find((call) => call.includes('list-skus'))).toContain('--location westeurope --subscription s');
  });

  test('asks for a subscription, and then nothing that needs one', () => {
    const { status, stderr, calls } = run('preflight.sh', { AZURE_SUBSCRIPTION_ID: '' }, []);
    expect(status).toBe(1);
    expect(stderr).toContain('azd env set AZURE_SUBSCRIPTION_ID "$(az account show');
    expect(calls).toEqual(['az extension show --name containerapp --output none']);
  });

  test('asks for a login that may use the subscription', () => {
    const { status, stderr, calls } = run('preflight.sh', {}, [['account show', 'exit 1']]);
    expect(status).toBe(1);
    expect(stderr).toContain('    az login\n');
    expect(calls).toHaveLength(2);
  });

  test('names each missing provider with its command, whatever the case in which Azure writes it', () => {
    const names = providers.slice(3).map((name) => name.toLowerCase());
    const { status, stderr } = run('preflight.sh', {}, [registered(names), skus]);
    expect(status).toBe(1);
    expect(
      [...stderr.matchAll(/az provider register --namespace (\S+) --wait --subscription s/g)].map(([, name]) => name),
    ).toEqual(providers.slice(0, 3));
  });

  test('asks for every provider of which the template makes something', () => {
    const folder = join(root, 'infra/bicep/modules');
    const modules = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    const used = [...modules.join('\n').matchAll(/'(Microsoft\.\w+)\/[\w/]+@/g)].map(([, name]) => name);
    const always = ['Microsoft.Authorization', 'Microsoft.Resources'];
    expect(used.length).toBeGreaterThan(20);
    expect(used.filter((name) => ![...providers, ...always].includes(name ?? ''))).toEqual([]);
  });

  test('does not ask a provider that is missing for its sizes', () => {
    const names = providers.filter((name) => name !== 'Microsoft.DBforPostgreSQL');
    expect(run('preflight.sh', {}, [registered(names)]).calls.join()).not.toContain('list-skus');
  });

  test.each([
    ['an existing server', { POSTGRES_SERVER_ID: '/subscriptions/s/x' }],
    ['a server that has been made', { POSTGRES_HOST: 'h' }],
  ])('asks for no size of %s', (_, environment) => {
    expect(run('preflight.sh', environment, [registered(providers)]).calls.join()).not.toContain('list-skus');
  });

  test.each([
    ['a size that the region does not have', { POSTGRES_SIZE: 'Standard_D2' }, skus[1], 'of the size Standard_D2.'],
    ['a region that offers none', { AZURE_LOCATION: 'eastus' }, 'true', 'eastus has no PostgreSQL servers for this'],
    [
      'a region that Azure does not know',
      { AZURE_LOCATION: 'moon' },
      'exit 1',
      'moon has no PostgreSQL servers for this',
    ],
  ])('refuses %s', (_, environment, answer, message) => {
    const { status, stderr } = run('preflight.sh', environment, [registered(providers), ['list-skus', answer]]);
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).toContain('azd env set AZURE_LOCATION');
  });

  test('refuses a network of another region, also that of a subnet', () => {
    for (const [name, id] of [
      ['VNET_ID', mine],
      ['APP_SUBNET_ID', `${mine}/subnets/a`],
    ] as const) {
      const environment = { [name]: id };
      const answers = [registered(providers), skus, [`--ids ${mine} `, 'echo eastus'] as [string, string]];
      const { status, stderr } = run('preflight.sh', environment, answers);
      expect(status).toBe(1);
      expect(stderr).toContain('azd env set AZURE_LOCATION eastus\n');
      expect(run('preflight.sh', { ...environment, AZURE_LOCATION: 'eastus' }, answers).status).toBe(0);
    }
  });

  test('refuses a network and a registry of another subscription, and ones that are not there', () => {
    const answers = [registered(providers), skus, ['resource show', 'exit 3'] as [string, string]];
    const elsewhere = run('preflight.sh', { VNET_ID: foreign, REGISTRY_ID: foreign }, answers);
    expect(elsewhere.status).toBe(1);
    expect(elsewhere.stderr.match(/azd env set AZURE_SUBSCRIPTION_ID other\n/g)).toHaveLength(2);
    const missing = run('preflight.sh', { VNET_ID: mine, REGISTRY_ID: mine }, answers);
    expect(missing.stderr).toContain(`no network ${mine}`);
    expect(missing.stderr).toContain(`no registry ${mine}`);
  });

  test('says all at once', () => {
    const answers = [['extension show', 'exit 1'], registered(['Microsoft.DBforPostgreSQL']), ['list-skus', 'true']];
    const { stderr } = run('preflight.sh', { VNET_ID: foreign }, answers as [string, string][]);
    expect(stderr.match(/^- /gm)).toHaveLength(1 + (providers.length - 1) + 1 + 1);
  });

  test('stops when it cannot know', () => {
    expect(run('preflight.sh', {}, [['provider list', 'exit 1']]).status).not.toBe(0);
  });

  test('takes what is not set for what the parameter file takes it for', () => {
    const script = read('infra/hooks/preflight.sh');
    for (const name of ['AZURE_LOCATION', 'POSTGRES_SIZE']) {
      const [, value] = new RegExp(`'${name}', '(.+)'`).exec(read('infra/bicep/main.bicepparam')) ?? [];
      expect(script).toContain(`\${${name}:-${value}}`);
    }
  });
});

test('hooks and documentation name what azd knows: outputs of the template, and its own', () => {
  const own = ['AZURE_SUBSCRIPTION_ID'];
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

test('the documentation sets only what the parameter file reads', () => {
  const known = parameterVariables();
  const set = [...read('docs/deploy.md').matchAll(/(?:azd env set |[`\s])([A-Z][A-Z_]{4,})(?==| ")/g)].map(
    ([, name]) => name,
  );
  expect(set).toContain('POSTGRES_ADMIN_NAME');
  const ofServer = ['PGPASSWORD'];
  expect(set.filter((name) => !known.includes(name) && !ofServer.includes(name ?? ''))).toEqual([]);
});
