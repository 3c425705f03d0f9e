import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Answer, root, run } from './scripts.ts';

const id = (group: string, path: string) => `/subscriptions/other/resourceGroups/${group}/providers/${path}`;
const network = id('net', 'Microsoft.Network/virtualNetworks/v');
const theirs = id('data', 'Microsoft.Network/virtualNetworks/d');
const zone = id('dns', 'Microsoft.Network/privateDnsZones/privatelink.postgres.database.azure.com');
const server = id('data', 'Microsoft.DBforPostgreSQL/flexibleServers/psql');
const registry = id('images', 'Microsoft.ContainerRegistry/registries/cr');

const ours = `${network}/subnets/snet-events-app`;
const attached: Answer = ['networkSecurityGroup &&', `echo ${ours}`];
const made: Answer = [
  "starts_with(name, 'snet-events-')",
  `echo ${ours}; echo ${network}/subnets/snet-events-endpoints`,
];

/** Runs the hook; `commands` are those that it prints to delete what remains. */
function leave(environment: Readonly<Record<string, string>>, answers: readonly Answer[] = []) {
  const result = run('hooks/leftovers.sh', environment, answers);
  return { ...result, commands: [...result.stdout.matchAll(/^ {4}(.+)$/gm)].map(([, command]) => command) };
}

test('the hook says that everything is deleted if you brought nothing, without asking Azure', () => {
  const { status, stdout, calls } = leave({});
  expect([status, calls]).toEqual([0, []]);
  expect(stdout).toMatch(/^azd down deletes the resource group rg-e with everything in it.*\n$/);
});

test('the hook detaches our security groups from the subnets in your network, and names the subnets that remain', () => {
  const { status, calls, commands } = leave({ VNET_ID: network }, [attached, made]);
  expect(status).toBe(0);
  expect(calls[0]).toContain(`--ids ${network} --query`);
  expect(calls[0]).toContain("contains(networkSecurityGroup.id, '/resourceGroups/rg-e/')");
  expect(calls[1]).toBe(`az network vnet subnet update --ids ${ours} --remove networkSecurityGroup --output none`);
  expect(commands).toEqual([
    `az network vnet subnet delete --ids ${ours}`,
    `az network vnet subnet delete --ids ${network}/subnets/snet-events-endpoints`,
  ]);
});

test('the hook leaves your own subnets alone', () => {
  const { calls } = leave({ VNET_ID: network, APP_SUBNET_ID: `${network}/subnets/mine` }, [attached, made]);
  expect(calls).toEqual([]);
});

test('the hook stops if a security group cannot be detached, because azd down would fail', () => {
  const { status } = leave({ VNET_ID: network }, [attached, made, ['subnet update', 'exit 1']]);
  expect(status).not.toBe(0);
});

test("the hook names the zone's link to the app's network", () => {
  const link = `${zone}/virtualNetworkLinks/events-1`;
  const answers: Answer[] = [['link vnet list', `echo ${link}`]];
  for (const [environment, ofApp] of [
    [{ AZURE_RESOURCE_GROUP: 'g' }, '/resourceGroups/g/'],
    [{ VNET_ID: network }, network],
    [{ APP_SUBNET_ID: `${network}/subnets/mine` }, network],
  ] as const) {
    const { calls, commands } = leave({ POSTGRES_ZONE_ID: zone, ...environment }, answers);
    expect(calls.at(-1)).toContain(
      '--subscription other --resource-group dns --zone-name privatelink.postgres.database.azure.com --query',
    );
    expect(calls.at(-1)).toContain(`contains(virtualNetwork.id, '${ofApp}')`);
    expect(commands).toEqual([`az network private-dns link vnet delete --yes --ids ${link}`]);
  }
});

test('the hook names the peerings that remain on both sides', () => {
  const far = `${theirs}/virtualNetworkPeerings/events-1`;
  const near = `${network}/virtualNetworkPeerings/events-2`;
  const answers: Answer[] = [
    [`--ids ${theirs} `, `echo ${far}`],
    ['virtualNetworkPeerings', `echo ${near}`],
  ];
  const remove = (peering: string) => `az network vnet peering delete --ids ${peering}`;
  expect(leave({ POSTGRES_VNET_ID: theirs }, answers).commands).toEqual([remove(far)]);
  expect(leave({ POSTGRES_VNET_ID: theirs, VNET_ID: network }, answers).commands).toEqual([remove(far), remove(near)]);
});

test("the hook names the server's administrators, whose ids are lost afterwards, and the grants to revoke first", () => {
  const answers: Answer[] = [["'id-grant-'", 'echo grant-id']];
  const { stdout, commands } = leave({ POSTGRES_SERVER_ID: server, POSTGRES_ADMIN_OBJECT_ID: 'me' }, answers);
  const remove =
    'az postgres flexible-server microsoft-entra-admin delete --yes --subscription other --resource-group data --server-name psql';
  expect(commands).toEqual([`${remove} --object-id grant-id`, `${remove} --object-id me`]);
  expect(stdout).toContain('events-graphql grant --revoke');
  expect(leave({ POSTGRES_SERVER_ID: server, ADD_GRANT_ADMINISTRATOR: 'false' }, answers).commands).toEqual([]);
});

test.each(['cr.azurecr.io/events-graphql/api-e:azd-1', 'cr.azurecr.io/events-graphql/api-e@sha256:ab'])(
  'the hook names the role assignment and the images that remain in a registry, for %s',
  (image) => {
    const assignment = `${registry}/providers/Microsoft.Authorization/roleAssignments/1`;
    const answers: Answer[] = [
      ["'id-pull-'", 'echo pull-id'],
      ["principalId=='pull-id'", `echo ${assignment}`],
    ];
    expect(leave({ REGISTRY_ID: registry, SERVICE_API_IMAGE_NAME: image }, answers).commands).toEqual([
      `az role assignment delete --ids ${assignment}`,
      'az acr repository delete --yes --name cr --repository events-graphql/api-e',
    ]);
  },
);

test('the hook lets azd down continue if Azure does not answer', () => {
  const all = { POSTGRES_ZONE_ID: zone, POSTGRES_VNET_ID: theirs, POSTGRES_SERVER_ID: server, REGISTRY_ID: registry };
  const { status, commands } = leave({ VNET_ID: network, ...all }, [['az ', 'exit 3']]);
  expect([status, commands]).toEqual([0, []]);
});

test('the hook looks for the names that the template gives', () => {
  const script = readFileSync(join(root, 'infra/hooks/leftovers.sh'), 'utf8');
  const prefixes = [...script.matchAll(/starts_with\(name, '([a-z-]+)'\)/g)].map(([, prefix]) => prefix);
  const modules = ['subnets', 'zone-link', 'peering'].map((name) =>
    readFileSync(join(root, `infra/bicep/modules/${name}.bicep`), 'utf8'),
  );
  expect(prefixes.length).toBeGreaterThan(3);
  for (const prefix of prefixes) expect(modules.join('\n')).toContain(`name: '${prefix}`);
  const identities = readFileSync(join(root, 'infra/bicep/modules/identities.bicep'), 'utf8');
  for (const use of ['grant', 'pull']) {
    expect(script).toContain(`principal ${use})`);
    expect(identities).toContain(`name: 'id-${use}-`);
  }
});
