import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Answer, root, run } from './scripts.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

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
const registered = (names: readonly string[]): Answer => ['provider list', `echo '${names.join('\n')}'`];
const skus: Answer = ['list-skus', 'echo Standard_B1ms; echo Standard_D2ds_v5'];
const mine = '/subscriptions/s/resourceGroups/n/providers/Microsoft.Network/virtualNetworks/v';
const foreign = mine.replace('/s/', '/other/');

test('the hook lets a deployment continue if it finds no problem', () => {
  const { status, stderr, calls } = run('hooks/preflight.sh', {}, [registered(providers), skus]);
  expect([status, stderr]).toEqual([0, '']);
  expect(calls.find((call) => call.includes('list-skus'))).toContain('--location westeurope --subscription s');
});

test('the hook asks for a subscription, and then checks nothing that needs one', () => {
  const { status, stderr, calls } = run('hooks/preflight.sh', { AZURE_SUBSCRIPTION_ID: '' }, []);
  expect(status).toBe(1);
  expect(stderr).toContain('azd env set AZURE_SUBSCRIPTION_ID "$(az account show');
  expect(calls).toEqual(['az extension show --name containerapp --output none']);
});

test('the hook asks for a login that may use the subscription', () => {
  const { status, stderr, calls } = run('hooks/preflight.sh', {}, [['account show', 'exit 1']]);
  expect(status).toBe(1);
  expect(stderr).toContain('    az login\n');
  expect(calls).toHaveLength(2);
});

test("the hook names each missing provider with its command, whatever its case in Azure's answer", () => {
  const names = providers.slice(3).map((name) => name.toLowerCase());
  const { status, stderr } = run('hooks/preflight.sh', {}, [registered(names), skus]);
  expect(status).toBe(1);
  expect(
    [...stderr.matchAll(/az provider register --namespace (\S+) --wait --subscription s/g)].map(([, name]) => name),
  ).toEqual(providers.slice(0, 3));
});

test('the hook checks every provider that the template uses', () => {
  const folder = join(root, 'infra/bicep/modules');
  const modules = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const used = [...modules.join('\n').matchAll(/'(Microsoft\.\w+)\/[\w/]+@/g)].map(([, name]) => name);
  const always = ['Microsoft.Authorization', 'Microsoft.Resources'];
  expect(used.length).toBeGreaterThan(20);
  expect(used.filter((name) => ![...providers, ...always].includes(name ?? ''))).toEqual([]);
});

test('the hook does not ask a missing provider for its sizes', () => {
  const names = providers.filter((name) => name !== 'Microsoft.DBforPostgreSQL');
  expect(run('hooks/preflight.sh', {}, [registered(names)]).calls.join()).not.toContain('list-skus');
});

/** Answers that the environment's group has a resource of the type. */
const created = (type: string): Answer => [`--resource-type ${type} `, 'echo /subscriptions/s/resourceGroups/rg-e/x'];
const server = created('Microsoft.DBforPostgreSQL/flexibleServers');
const environment = created('Microsoft.App/managedEnvironments');

test.each([
  ['an existing server', { POSTGRES_SERVER_ID: '/subscriptions/s/x' }, []],
  ['a server that was already created, even by a provisioning that failed later', {}, [server]],
])('the hook does not check the size of %s', (_, variables, answers) => {
  const { calls } = run('hooks/preflight.sh', variables, [registered(providers), ...answers]);
  expect(calls.join()).not.toContain('list-skus');
});

test('the hook looks for what was created in the group of the environment, among the resources with its tag', () => {
  const { calls } = run('hooks/preflight.sh', { AZURE_RESOURCE_GROUP: 'g' }, [registered(providers), skus]);
  const looks = calls.filter((call) => call.includes('resource list'));
  expect(looks).toHaveLength(2);
  for (const look of looks) {
    expect(look).toContain('--resource-group g --subscription s');
    expect(look).toContain(`tags."azd-env-name"=='e'`);
  }
  const unknown: Answer = ['resource list', 'exit 3'];
  expect(run('hooks/preflight.sh', {}, [registered(providers), skus, unknown]).status).toBe(0);
});

test.each([
  ['a size that the region does not offer', { POSTGRES_SIZE: 'Standard_D2' }, skus[1], 'of the size Standard_D2.'],
  ['a region that offers no size', { AZURE_LOCATION: 'eastus' }, 'true', 'eastus has no PostgreSQL servers for this'],
  [
    'a region that Azure does not know',
    { AZURE_LOCATION: 'moon' },
    'exit 1',
    'moon has no PostgreSQL servers for this',
  ],
])('the hook refuses %s', (_, environment, answer, message) => {
  const { status, stderr } = run('hooks/preflight.sh', environment, [registered(providers), ['list-skus', answer]]);
  expect(status).toBe(1);
  expect(stderr).toContain(message);
  expect(stderr).toContain('azd env set AZURE_LOCATION');
});

test('the hook refuses a network in another region, even if only a subnet names it', () => {
  for (const [name, id] of [
    ['VNET_ID', mine],
    ['APP_SUBNET_ID', `${mine}/subnets/a`],
  ] as const) {
    const environment = { [name]: id };
    const answers = [registered(providers), skus, [`--ids ${mine} `, 'echo eastus'] as Answer];
    const { status, stderr } = run('hooks/preflight.sh', environment, answers);
    expect(status).toBe(1);
    expect(stderr).toContain('azd env set AZURE_LOCATION eastus\n');
    expect(run('hooks/preflight.sh', { ...environment, AZURE_LOCATION: 'eastus' }, answers).status).toBe(0);
  }
});

test('the hook refuses a network or a registry that is in another subscription or does not exist', () => {
  const answers = [registered(providers), skus, ['resource show', 'exit 3'] as Answer];
  const elsewhere = run('hooks/preflight.sh', { VNET_ID: foreign, REGISTRY_ID: foreign }, answers);
  expect(elsewhere.status).toBe(1);
  expect(elsewhere.stderr.match(/azd env set AZURE_SUBSCRIPTION_ID other\n/g)).toHaveLength(2);
  const missing = run('hooks/preflight.sh', { VNET_ID: mine, REGISTRY_ID: mine }, answers);
  expect(missing.stderr).toContain(`no network ${mine}`);
  expect(missing.stderr).toContain(`no registry ${mine}`);
});

/** Answers a question about a quota as az does, which prints a list as lines. */
const quota = (name: string, limit: number, used: number): Answer => [`'${name}'`, `printf '${limit}\\n${used}\\n'`];

test.each([
  ['Standard_B1ms', 'standardBSFamily', 1],
  ['Standard_D2ds_v5', 'standardDDSv5Family', 2],
  ['Standard_D16ds_v5', 'standardDDSv5Family', 16],
  ['Standard_E4ds_v5', 'standardEDSv5Family', 4],
])('%s counts towards the quota of %s', (size, family, cores) => {
  const offered: Answer = ['list-skus', `echo ${size}`];
  const check = (environment: Readonly<Record<string, string>>, used: number) =>
    run('hooks/preflight.sh', { POSTGRES_SIZE: size, ...environment }, [
      registered(providers),
      offered,
      quota(family, 100, used),
    ]);
  expect(check({}, 100 - cores).status).toBe(0);
  const { status, stderr } = check({}, 101 - cores);
  expect(status).toBe(1);
  expect(stderr).toContain(
    `The quota ${family} of PostgreSQL servers in westeurope has fewer than the ${cores} vCores`,
  );
  expect(stderr).toContain(
    "    az rest --url '/subscriptions/s/providers/Microsoft.DBforPostgreSQL/locations/westeurope/",
  );
  // A standby has the same size.
  expect(check({ POSTGRES_HIGH_AVAILABILITY: 'SameZone' }, 100 - cores).stderr).toContain(
    `than the ${2 * cores} vCores`,
  );
});

test('the hook refuses a server that exceeds the quota of all families together', () => {
  const { status, stderr } = run('hooks/preflight.sh', {}, [registered(providers), skus, quota('cores', 10, 9)]);
  expect(status).toBe(1);
  expect(stderr).toContain('The quota cores of PostgreSQL servers');
});

test('the hook refuses another environment if the quota is used up', () => {
  const answers = [registered(providers), skus, quota('ManagedEnvironmentCount', 1, 1)];
  const { status, stderr } = run('hooks/preflight.sh', {}, answers);
  expect(status).toBe(1);
  expect(stderr).toContain(
    '    az containerapp list-usages --location westeurope --subscription s; a larger one: https://',
  );
  expect(run('hooks/preflight.sh', {}, [environment, ...answers]).status).toBe(0);
});

test('the hook leaves quotas that it cannot read to Azure', () => {
  const answers: Answer[] = [registered(providers), skus, ['az rest', 'exit 1'], ['list-usages', 'exit 1']];
  expect(run('hooks/preflight.sh', {}, answers).status).toBe(0);
});

test('the hook checks no quota for what exists', () => {
  const answers = [registered(providers), server, environment];
  expect(run('hooks/preflight.sh', {}, answers).calls.join()).not.toMatch(/az rest|list-usages/);
});

test.each([
  ['AbacRepositoryPermissions', 'false', 'azd env set REGISTRY_ABAC true'],
  ['LegacyRegistryPermissions', 'true', 'azd env set REGISTRY_ABAC false'],
])('the hook refuses a registry of the mode %s with REGISTRY_ABAC=%s', (mode, abac, remedy) => {
  const answers: Answer[] = [registered(providers), skus, ['roleAssignmentMode', `echo ${mode}`]];
  const check = (value: string) =>
    run('hooks/preflight.sh', { REGISTRY_ID: '/subscriptions/s/x', REGISTRY_ABAC: value }, answers);
  expect(check(abac).stderr).toContain(remedy);
  expect(check(abac === 'true' ? 'false' : 'true').status).toBe(0);
});

test('the hook lists all problems at once', () => {
  const answers = [['extension show', 'exit 1'], registered(['Microsoft.DBforPostgreSQL']), ['list-skus', 'true']];
  const { stderr } = run('hooks/preflight.sh', { VNET_ID: foreign }, answers as Answer[]);
  expect(stderr.match(/^- /gm)).toHaveLength(1 + (providers.length - 1) + 1 + 1);
});

test('the hook stops if it cannot find out', () => {
  expect(run('hooks/preflight.sh', {}, [['provider list', 'exit 1']]).status).not.toBe(0);
});

test.each([
  ['preflight.sh', ['AZURE_LOCATION', 'POSTGRES_HIGH_AVAILABILITY', 'POSTGRES_SIZE', 'REGISTRY_ABAC']],
  ['present.sh', ['POSTGRES_STORAGE_GB']],
])('%s gives unset variables the same defaults as the parameter file', (hook, names) => {
  const script = read(`infra/hooks/${hook}`);
  for (const name of names) {
    const [, value] = new RegExp(`'${name}', '(.+)'`).exec(read('infra/bicep/main.bicepparam')) ?? [];
    expect(script).toContain(`\${${name}:-${value}}`);
  }
});
