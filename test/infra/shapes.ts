import { elsewhere, here, type Parameters } from './bicep.ts';

/** Returns the id of a resource in a group. */
export const inGroup = (subscription: string, group: string, path: string) =>
  `/subscriptions/${subscription}/resourceGroups/${group}/providers/${path}`;

const network = inGroup(here, 'rg-network', 'Microsoft.Network/virtualNetworks/vnet-hub');
const zones = inGroup(elsewhere, 'rg-dns', 'Microsoft.Network/privateDnsZones');
const server = inGroup(elsewhere, 'rg-data', 'Microsoft.DBforPostgreSQL/flexibleServers/psql-old');
const serverNetwork = inGroup(elsewhere, 'rg-data', 'Microsoft.Network/virtualNetworks/vnet-data');

const everywhere = {
  environmentName: 'events',
  location: 'westeurope',
  image: 'crevents.azurecr.io/events-graphql:1',
} as const;

const production = {
  ...everywhere,
  minReplicas: 2,
  zoneRedundant: true,
  postgresHighAvailability: 'ZoneRedundant',
  postgresGeoBackup: true,
  postgresExtensions: ['postgis', 'pg_partman'],
  postgresAvailabilityZone: '1',
  otlpEndpoint: 'http://collector:4318',
  alertEmail: 'operators@example.com',
  administrators: [{ objectId: '44444444-4444-4444-4444-444444444444', name: 'DBAs', type: 'Group' }],
} as const;

/** The kinds of deployments, each with its parameters. */
export const shapes = {
  'everything is new': everywhere,
  'no image is published yet': { ...everywhere, image: '' },
  'the names are long': {
    ...everywhere,
    environmentName: 'e'.repeat(32),
    location: 'germanywestcentral',
    alertEmail: 'operators@example.com',
  },
  'reached from the internet': { ...everywhere, internal: false, customDomain: 'api.example.com' },
  'reached from some addresses': {
    ...everywhere,
    internal: false,
    allowedAddresses: ['203.0.113.0/24', '198.51.100.7/32'],
    trustedProxies: 2,
    customDomain: 'api.example.com',
    customDomainCertificateId: `${inGroup(here, 'rg-events', 'Microsoft.App/managedEnvironments/cae')}/certificates/api`,
  },
  'an existing network and zone': {
    ...everywhere,
    vnetId: network,
    vnetAddressPrefix: '10.1.2.0/24',
    postgresZoneId: `${zones}/privatelink.postgres.database.azure.com`,
  },
  'deployed again to a network': {
    ...everywhere,
    vnetId: network,
    vnetAddressPrefix: '10.1.2.0/24',
    keptNetwork: ['snet-events-app', 'snet-events-endpoints'],
  },
  'existing subnets': {
    ...everywhere,
    appSubnetId: `${network}/subnets/apps`,
    endpointsSubnetId: `${network}/subnets/endpoints`,
    postgresZoneId: `${zones}/privatelink.postgres.database.azure.com`,
    linkPostgresZone: false,
  },
  'an existing server, registry and workspace': {
    ...everywhere,
    postgresServerId: server,
    registryId: inGroup(here, 'rg-shared', 'Microsoft.ContainerRegistry/registries/crshared'),
    workspaceId: inGroup(elsewhere, 'rg-shared', 'Microsoft.OperationalInsights/workspaces/log-shared'),
    alertEmail: 'operators@example.com',
  },
  'a registry with permissions by repository': {
    ...everywhere,
    registryId: inGroup(here, 'rg-shared', 'Microsoft.ContainerRegistry/registries/crshared'),
    registryAbac: true,
  },
  'an existing injected server': {
    ...everywhere,
    postgresServerId: server,
    databaseAccess: 'injected',
    postgresZoneId: `${zones}/events.private.postgres.database.azure.com`,
    postgresVnetId: serverNetwork,
  },
  'an existing server that is reached already': {
    ...everywhere,
    appSubnetId: `${network}/subnets/apps`,
    postgresServerId: server,
    databaseAccess: 'present',
    addGrantAdministrator: false,
    roleName: 'events-replica',
  },
  'a new injected server': { ...everywhere, databaseAccess: 'injected' },
  'through PgBouncer': { ...everywhere, usePgBouncer: true },
  production,
  'production, observed by Application Insights': { ...production, otlpEndpoint: '', applicationInsights: true },
} as const satisfies Readonly<Record<string, Parameters>>;
