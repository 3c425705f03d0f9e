import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Compiler, elsewhere, hasBicep, here, type Parameters, startCompiler } from './bicep.ts';
import { ofType } from './resources.ts';
import { inGroup, shapes } from './shapes.ts';

let compiler: Compiler;

beforeAll(async () => {
  if (hasBicep) compiler = await startCompiler();
});

afterAll(() => compiler?.close());

const vnet = (subscription: string) =>
  inGroup(subscription, 'rg-network', 'Microsoft.Network/virtualNetworks/vnet-hub');
const apps = `${vnet(here)}/subnets/apps`;
const server = inGroup(here, 'rg-data', 'Microsoft.DBforPostgreSQL/flexibleServers/psql-old');

const refused: readonly [why: string, parameters: Parameters, words: string][] = [
  ['a network of another subscription', { vnetId: vnet(elsewhere) }, `deploy to that of ${vnet(elsewhere)}`],
  [
    'subnets of another subscription',
    { appSubnetId: apps, endpointsSubnetId: `${vnet(elsewhere)}/subnets/endpoints` },
    `deploy to that of ${vnet(elsewhere)}/subnets/endpoints`,
  ],
  [
    'a registry of another subscription',
    { registryId: inGroup(elsewhere, 'rg-shared', 'Microsoft.ContainerRegistry/registries/crshared') },
    'registryId is in another one',
  ],
  ['the host of a new server', { databaseAccess: 'present' }, 'set postgresServerId'],
  [
    'an injected server without its zone',
    { postgresServerId: server, databaseAccess: 'injected' },
    'set postgresZoneId',
  ],
  ['no subnet for the endpoint', { appSubnetId: apps }, 'set endpointsSubnetId'],
  ['no subnet for a new server', { appSubnetId: apps, databaseAccess: 'injected' }, 'set databaseSubnetId'],
  ['PgBouncer on Burstable', { postgresSize: 'Standard_B2s', usePgBouncer: true }, 'Burstable and has no PgBouncer'],
  [
    'a standby on Burstable',
    { postgresSize: 'Standard_B2s', postgresHighAvailability: 'SameZone' },
    'Burstable and has no standby',
  ],
  [
    'more connections than a small server has',
    { postgresSize: 'Standard_B1ms' },
    'is 88, but must be below the 35 connections',
  ],
  ['more connections than an existing server has left', { postgresServerId: server, poolSize: 12 }, 'is 104, but must'],
  [
    'more connections than PgBouncer lets in',
    { usePgBouncer: true, maxReplicas: 300 },
    'is 6600, but must be below the 5000',
  ],
  [
    'more requests than the connections can serve',
    { concurrentRequests: 101 },
    '101 is more than 10 times poolSize 10',
  ],
  ['addresses for an internal app', { allowedAddresses: ['203.0.113.0/24'] }, 'or leave allowedAddresses empty'],
  [
    'a certificate from Azure for an internal app',
    { customDomain: 'api.example.com' },
    'set customDomainCertificateId',
  ],
  [
    'a certificate of Azure for an app that some addresses reach',
    { internal: false, allowedAddresses: ['203.0.113.0/24'], customDomain: 'api.example.com' },
    'set customDomainCertificateId',
  ],
  ['a certificate for no domain', { customDomainCertificateId: 'x' }, 'set customDomain'],
  [
    'telemetry with two destinations',
    { applicationInsights: true, otlpEndpoint: 'http://x' },
    'telemetry has two destinations',
  ],
  ['a minimum of replicas above the maximum', { minReplicas: 5 }, 'minReplicas 5 is more than maxReplicas 4'],
];

describe.skipIf(!hasBicep)('a deployment that is rejected before it begins', () => {
  test.each(refused)('a deployment is rejected for %s', async (_, parameters, words) => {
    await expect(compiler.predict({ ...shapes['everything is new'], ...parameters })).rejects.toThrow(words);
  });

  test('a deployment is rejected for all reasons at once', async () => {
    const parameters = { postgresSize: 'Standard_B1ms', usePgBouncer: true, minReplicas: 5 };
    const refusal = compiler.predict({ ...shapes['everything is new'], ...parameters });
    await expect(refusal).rejects.toThrow(/no PgBouncer: choose a larger size; minReplicas 5/);
  });
});

test.skipIf(!hasBicep)('the alert on connections counts those of the whole server', async () => {
  const thresholdOf = async (parameters: Parameters) => {
    const resources = await compiler.predict({ ...shapes.production, ...parameters });
    const [alert] = ofType(resources, 'Microsoft.Insights/metricAlerts', 'database-connections-');
    return alert?.properties.criteria.allOf[0].threshold;
  };
  expect(await thresholdOf({})).toBe((844 * 8 - ((844 * 8) % 10)) / 10);
  const existing = { postgresServerId: server, existingServerConnections: 100 };
  expect(await thresholdOf(existing)).toBeUndefined();
  expect(await thresholdOf({ ...existing, existingServerMaxConnections: 500 })).toBe(400);
});
