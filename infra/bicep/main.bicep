targetScope = 'subscription'

import { groupOf, nameOf, subscriptionOf, vnetOf } from 'ids.bicep'
import { administrator } from 'modules/postgres-administrators.bicep'
import { postgresSizes } from 'sizes.bicep'
import { authVariables, pgBouncerVariables } from 'variables.bicep'

@description('The name of the azd environment.')
@minLength(1)
@maxLength(32)
param environmentName string

@description('The region.')
@minLength(1)
param location string

@description('The resource group, created if missing; empty: rg- followed by environmentName.')
param resourceGroupName string = ''

@description('Tags of every resource.')
param tags object = {}

// The network

@description('An existing virtual network for the subnets; empty: a new one, unless subnets are given.')
param vnetId string = ''

@description('An existing subnet for the app, at least /27, delegated to Microsoft.App/environments and otherwise empty; empty: a new one.')
param appSubnetId string = ''

@description('An existing subnet for the private endpoint; with appSubnetId no new one is created.')
param endpointsSubnetId string = ''

@description('An existing subnet for a new injected server, at least /28, delegated to Microsoft.DBforPostgreSQL/flexibleServers; with appSubnetId no new one is created.')
param databaseSubnetId string = ''

@description('The parts of the network that an earlier deployment created, by name. They stay as they are, with the routes and gateways that others added.')
param keptNetwork string[] = []

@description('The addresses of a new virtual network, or free addresses in an existing one: /24 or larger, with the first three /26 for the subnets.')
param vnetAddressPrefix string = '10.60.0.0/24'

@description('The addresses of the app\'s new subnet, /27 or larger.')
param appSubnetPrefix string = cidrSubnet(vnetAddressPrefix, 26, 0)

@description('The addresses of the private endpoint\'s new subnet.')
param endpointsSubnetPrefix string = cidrSubnet(vnetAddressPrefix, 26, 1)

@description('The addresses of an injected server\'s new subnet, /28 or larger.')
param databaseSubnetPrefix string = cidrSubnet(vnetAddressPrefix, 26, 2)

// The database

@description('An existing flexible server; empty: a new one.')
param postgresServerId string = ''

@description('How the app reaches the server: privateEndpoint; injected, for a new or existing server in a subnet of its own; or present, for an existing server that the network reaches already.')
param databaseAccess 'privateEndpoint' | 'injected' | 'present' = 'privateEndpoint'

@description('The existing private DNS zone that has the server\'s name: privatelink.postgres.database.azure.com, or an injected server\'s own zone; empty: a new zone.')
param postgresZoneId string = ''

@description('True if the deployment links the existing zone to the app\'s network; false if the zone is linked already, or another zone answers for it.')
param linkPostgresZone bool = true

@description('The virtual network of an existing injected server, to peer with the app\'s; empty: both are the same or already peered.')
param postgresVnetId string = ''

@description('The database, created on a new server.')
param databaseName string = 'telemetry'

@description('The schema to serve.')
param schemaName string = 'events'

@description('The database role of the app. Every environment on a server needs its own, because a role belongs to one identity.')
param roleName string = 'events-app'

@description('The folder in the image with the SQL files that create the schema, such as migrations; empty: the sample on a new server, none on an existing one. With the value none, no job creates the schema.')
param migrations string = ''

@description('The tenant of the identities.')
param tenantId string = tenant().tenantId

@description('People or groups to administer the server, besides the grant job\'s identity.')
param administrators administrator[] = []

@description('True if the grant job\'s identity becomes an administrator of an existing server; otherwise azd up does not start the jobs migrate and grant, and stops until an administrator of the server has run their commands.')
param addGrantAdministrator bool = true

@description('True if the app may insert and update.')
param appMayWrite bool = false

@description('True if the app may delete.')
param appMayDelete bool = false

@description('The size of a new server.')
@allowed([
  'Standard_B1ms'
  'Standard_B2s'
  'Standard_B2ms'
  'Standard_D2ds_v5'
  'Standard_D4ds_v5'
  'Standard_D8ds_v5'
  'Standard_D16ds_v5'
  'Standard_E2ds_v5'
  'Standard_E4ds_v5'
  'Standard_E8ds_v5'
])
param postgresSize string = 'Standard_D2ds_v5'

@description('The major version of a new server.')
@allowed(['14', '15', '16', '17', '18'])
param postgresVersion string = '17'

@description('The storage of a new server in GiB, a power of two. It grows automatically and cannot shrink, so it must not be less than the server has.')
@minValue(32)
param postgresStorageGB int = 128

@description('The standby of a new server. Burstable sizes have none, and some regions have no zones.')
param postgresHighAvailability 'Disabled' | 'SameZone' | 'ZoneRedundant' = 'Disabled'

@description('For how many days backups of a new server are kept.')
@minValue(7)
@maxValue(35)
param postgresBackupDays int = 14

@description('True if backups of a new server are copied to the paired region; this cannot be changed later.')
param postgresGeoBackup bool = false

@description('The minimum TLS version on a new server.')
param postgresMinimumTls 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.2'

@description('The extensions that may be created on a new server, such as postgis; empty: Azure\'s default.')
param postgresExtensions string[] = []

@description('The availability zone of a new server, such as 1; empty: Azure chooses. A zone-redundant standby is in another zone.')
param postgresAvailabilityZone '' | '1' | '2' | '3' = ''

@description('The day of the week on which Azure may restart a new server; 0 is Sunday.')
@minValue(0)
@maxValue(6)
param postgresMaintenanceDay int = 0

@description('The hour of that day, in UTC.')
@minValue(0)
@maxValue(23)
param postgresMaintenanceHour int = 2

@description('True if the app uses the built-in PgBouncer, which is enabled on a new server. Burstable sizes have none.')
param usePgBouncer bool = false

@description('The connections that an existing server has for this app: max_connections minus what others and the server itself need.')
@minValue(1)
param existingServerConnections int = 100

@description('max_connections of an existing server, for the alert on connections; 0: no such alert.')
@minValue(0)
param existingServerMaxConnections int = 0

// The app

@description('The image; empty: a placeholder.')
param image string = ''

@description('An existing registry; empty: a new one.')
param registryId string = ''

@description('True if the existing registry has repository permissions (ABAC), for which the role AcrPull has no effect.')
param registryAbac bool = false

@description('An existing Log Analytics workspace; empty: a new one.')
param workspaceId string = ''

@description('How many days a new workspace keeps logs.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('True if the app is reachable only from its virtual network; this cannot be changed later.')
param internal bool = true

@description('The address ranges that may reach an app that is not internal, such as 203.0.113.0/24; empty: all.')
param allowedAddresses string[] = []

@description('How many proxies in front of the app append their caller\'s address: 1 for the ingress, 2 with a gateway in front of it.')
@minValue(1)
param trustedProxies int = 1

@description('A domain of your own, whose DNS records exist already; empty: only Azure\'s.')
param customDomain string = ''

@description('A certificate in the Container Apps environment for that domain; empty: one that Azure issues and renews.')
param customDomainCertificateId string = ''

@description('True if the app\'s replicas are spread over zones; this cannot be changed later.')
param zoneRedundant bool = false

@description('How callers authenticate: with Entra ID tokens, or not at all.')
param auth 'entra' | 'none' = 'entra'

@description('The tenant of the callers\' tokens.')
param authTenantId string = tenant().tenantId

@description('The audience of the callers\' tokens, from an app registration; empty: api:// followed by environmentName, which no token has unless you register it.')
param authAudience string = ''

@description('Origins whose pages may call the API, separated by commas.')
param corsOrigins string = ''

@description('True if the app serves GraphiQL.')
param graphiql bool = false

@description('Which documents callers may run: only persisted ones (except callers who may explore), or any.')
param documents 'persisted-only' | 'any' = 'persisted-only'

@description('The cores of a replica.')
@allowed(['0.25', '0.5', '0.75', '1.0', '1.25', '1.5', '1.75', '2.0'])
param appCpu string = '0.5'

@description('The memory of a replica: 2Gi per core.')
param appMemory string = '1Gi'

@description('The minimum number of replicas; 0 saves money and delays the first caller by seconds.')
@minValue(0)
param minReplicas int = 1

@description('The maximum number of replicas.')
@minValue(1)
@maxValue(300)
param maxReplicas int = 4

@description('The maximum number of connections per replica; one more while one is replaced.')
@minValue(1)
param poolSize int = 10

@description('The number of concurrent requests per replica, including open streams, beyond which another replica starts.')
@minValue(1)
param concurrentRequests int = 50

@description('Where the app sends traces, metrics and logs by OTLP, such as a collector in the network; empty: it sends none.')
param otlpEndpoint string = ''

@description('True if the app sends traces, metrics and logs to Application Insights, through a collector beside it.')
param applicationInsights bool = false

@description('The image of the OpenTelemetry Collector with the Azure Monitor exporter.')
param collectorImage string = 'ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-contrib:0.157.0'

@description('The mail address for alerts; empty: no alerts.')
param alertEmail string = ''

var groupName = empty(resourceGroupName) ? 'rg-${environmentName}' : resourceGroupName
var suffix = uniqueString(subscription().id, groupName, environmentName, location)
var allTags = union(tags, { 'azd-env-name': environmentName })
var here = subscription().subscriptionId
var usedAudience = empty(authAudience) ? 'api://${environmentName}' : authAudience

var isNewServer = empty(postgresServerId)
var usedMigrations = empty(migrations) ? (isNewServer ? 'sample/migrations' : 'none') : migrations
var migrates = usedMigrations != 'none'
var isInjected = databaseAccess == 'injected'
var needsEndpoint = databaseAccess == 'privateEndpoint'
var needsDatabaseSubnet = isNewServer && isInjected

var makesSubnets = empty(appSubnetId)
var makesVnet = makesSubnets && empty(vnetId)
var needsNewZone = databaseAccess != 'present' && empty(postgresZoneId)
var needsZoneLink = databaseAccess != 'present' && (needsNewZone || linkPostgresZone)
var needsPeering = !isNewServer && isInjected && !empty(postgresVnetId)

// Names and ids are computed here rather than read from resources, so that what-if can tell what would change.
var newVnetName = 'vnet-events-${suffix}'
var usedVnetId = makesVnet
  ? resourceId(here, groupName, 'Microsoft.Network/virtualNetworks', newVnetName)
  : (makesSubnets ? vnetId : vnetOf(appSubnetId))
var serverName = isNewServer ? 'psql-events-${suffix}' : nameOf(postgresServerId, '')
var usedEnvironmentName = 'cae-events-${suffix}'
var registryName = empty(registryId) ? 'crevents${suffix}' : nameOf(registryId, '')

// During a rollout the replicas of both revisions run, each with one more connection while it replaces one. With triggers
// of `grant --live`, which are not known here, each needs another one.
var neededConnections = maxReplicas * (poolSize + 1) * 2
var serverConnections = isNewServer ? postgresSizes[postgresSize].connections : existingServerConnections
// PgBouncer accepts 5000 clients by default.
var connections = usePgBouncer ? 5000 : serverConnections
var newZoneName = isInjected
  ? 'events-${suffix}.private.postgres.database.azure.com'
  : 'privatelink.postgres.database.azure.com'

var isRestricted = internal || !empty(allowedAddresses)
var isBurstable = isNewServer && postgresSizes[postgresSize].tier == 'Burstable'
var networkIds = filter([vnetId, appSubnetId, endpointsSubnetId, databaseSubnetId], id => !empty(id))
var foreignNetworkIds = filter(networkIds, id => toLower(subscriptionOf(id, here)) != toLower(here))

// Mistakes that Azure would report only after minutes, or never. All of them are reported at once.
var refusals = filter(
  [
    empty(foreignNetworkIds)
      ? ''
      : 'the app, its endpoint and an injected server must be in the subscription of their network: deploy to that of ${join(foreignNetworkIds, ', ')}'
    toLower(subscriptionOf(registryId, here)) == toLower(here)
      ? ''
      : 'azd looks for the registry in the subscription that it deploys to, and registryId is in another one: use a registry in the same subscription'
    isNewServer && databaseAccess == 'present'
      ? 'databaseAccess \'present\' needs an existing server: set postgresServerId'
      : ''
    !isNewServer && isInjected && empty(postgresZoneId)
      ? 'an existing injected server has a private DNS zone of its own: set postgresZoneId'
      : ''
    !makesSubnets && needsEndpoint && empty(endpointsSubnetId)
      ? 'with an existing subnet for the app, the private endpoint needs an existing subnet too: set endpointsSubnetId'
      : ''
    !makesSubnets && needsDatabaseSubnet && empty(databaseSubnetId)
      ? 'with an existing subnet for the app, an injected server needs an existing subnet too: set databaseSubnetId'
      : ''
    isBurstable && usePgBouncer ? '${postgresSize} is Burstable and has no PgBouncer: choose a larger size' : ''
    isBurstable && postgresHighAvailability != 'Disabled'
      ? '${postgresSize} is Burstable and has no standby: choose a larger size'
      : ''
    neededConnections < connections
      ? ''
      : 'maxReplicas x (poolSize + 1) x 2 is ${neededConnections}, but must be below the ${connections} connections there are: choose fewer replicas, a smaller pool or a larger size'
    concurrentRequests <= poolSize * 10
      ? ''
      : 'concurrentRequests ${concurrentRequests} is more than 10 times poolSize ${poolSize}: requests would wait for a connection before another replica starts'
    internal && !empty(allowedAddresses)
      ? 'an internal app is reachable only from its network: set internal to false, or leave allowedAddresses empty'
      : ''
    isRestricted && !empty(customDomain) && empty(customDomainCertificateId)
      ? 'Azure issues a certificate only for an app that is reachable from everywhere: set customDomainCertificateId'
      : ''
    empty(customDomain) && !empty(customDomainCertificateId)
      ? 'customDomainCertificateId needs the domain of the certificate: set customDomain'
      : ''
    applicationInsights && !empty(otlpEndpoint)
      ? 'telemetry has two destinations: set either applicationInsights or otlpEndpoint'
      : ''
    minReplicas <= maxReplicas ? '' : 'minReplicas ${minReplicas} is more than maxReplicas ${maxReplicas}'
  ],
  refusal => !empty(refusal)
)

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: empty(refusals) ? groupName : fail(join(refusals, '; '))
  location: location
  tags: allTags
}

module identities 'modules/identities.bicep' = {
  scope: group
  params: {
    location: location
    suffix: suffix
    tags: allTags
  }
}

module securityGroups 'modules/security-groups.bicep' = if (makesSubnets) {
  scope: group
  params: {
    location: location
    suffix: suffix
    external: !internal
    tags: allTags
  }
}

module vnet 'modules/vnet.bicep' = if (makesVnet && !contains(keptNetwork, newVnetName)) {
  scope: group
  params: {
    name: newVnetName
    location: location
    addressPrefix: vnetAddressPrefix
    tags: allTags
  }
}

module subnets 'modules/subnets.bicep' = if (makesSubnets) {
  scope: resourceGroup(subscriptionOf(vnetId, here), groupOf(vnetId, groupName))
  params: {
    vnetName: nameOf(usedVnetId, '')
    appPrefix: appSubnetPrefix
    endpointsPrefix: needsEndpoint && empty(endpointsSubnetId) ? endpointsSubnetPrefix : ''
    databasePrefix: needsDatabaseSubnet && empty(databaseSubnetId) ? databaseSubnetPrefix : ''
    appGroupId: securityGroups!.outputs.appGroupId
    endpointsGroupId: securityGroups!.outputs.endpointsGroupId
    databaseGroupId: securityGroups!.outputs.databaseGroupId
    kept: keptNetwork
  }
  dependsOn: [vnet]
}

var usedAppSubnetId = makesSubnets ? subnets!.outputs.appSubnetId : appSubnetId
var usedEndpointsSubnetId = makesSubnets && empty(endpointsSubnetId)
  ? subnets!.outputs.endpointsSubnetId
  : endpointsSubnetId
var usedDatabaseSubnetId = makesSubnets && empty(databaseSubnetId)
  ? subnets!.outputs.databaseSubnetId
  : databaseSubnetId

module postgresZone 'modules/private-zone.bicep' = if (needsNewZone) {
  scope: group
  params: {
    name: newZoneName
    tags: allTags
  }
}

var usedZoneId = needsNewZone ? postgresZone!.outputs.id : postgresZoneId

module postgresZoneLink 'modules/zone-link.bicep' = if (needsZoneLink) {
  scope: resourceGroup(subscriptionOf(postgresZoneId, here), groupOf(postgresZoneId, groupName))
  params: {
    zoneName: needsNewZone ? newZoneName : nameOf(postgresZoneId, '')
    vnetId: usedVnetId
    tags: allTags
  }
  dependsOn: [postgresZone, vnet]
}

// Peering needs both directions: from the app's network to the server's, and back.
module peeringToServer 'modules/peering.bicep' = if (needsPeering) {
  scope: resourceGroup(
    subscriptionOf(empty(vnetId) ? appSubnetId : vnetId, here),
    groupOf(empty(vnetId) ? appSubnetId : vnetId, groupName)
  )
  params: {
    vnetName: nameOf(usedVnetId, '')
    remoteVnetId: postgresVnetId
  }
  dependsOn: [vnet]
}

module peeringToApp 'modules/peering.bicep' = if (needsPeering) {
  scope: resourceGroup(subscriptionOf(postgresVnetId, here), groupOf(postgresVnetId, groupName))
  params: {
    vnetName: nameOf(postgresVnetId, '')
    remoteVnetId: usedVnetId
  }
  dependsOn: [vnet]
}

module logs 'modules/logs.bicep' = if (empty(workspaceId)) {
  scope: group
  params: {
    name: 'log-events-${suffix}'
    location: location
    retentionInDays: logRetentionDays
    tags: allTags
  }
}

var usedWorkspaceId = empty(workspaceId) ? logs!.outputs.id : workspaceId

module postgres 'modules/postgres.bicep' = if (isNewServer) {
  scope: group
  params: {
    name: serverName
    location: location
    size: postgresSize
    version: postgresVersion
    storageSizeGB: postgresStorageGB
    highAvailability: postgresHighAvailability
    backupRetentionDays: postgresBackupDays
    geoRedundantBackup: postgresGeoBackup
    minimumTls: postgresMinimumTls
    pgBouncer: usePgBouncer
    extensions: postgresExtensions
    availabilityZone: postgresAvailabilityZone
    maintenanceDay: postgresMaintenanceDay
    maintenanceHour: postgresMaintenanceHour
    workspaceId: usedWorkspaceId
    databaseName: databaseName
    tenantId: tenantId
    delegatedSubnetId: isInjected ? usedDatabaseSubnetId : ''
    privateZoneId: isInjected ? usedZoneId : ''
    tags: allTags
  }
  dependsOn: [postgresZoneLink]
}

var usedServerId = isNewServer ? postgres!.outputs.id : postgresServerId
var grantAdministrators = isNewServer || addGrantAdministrator
  ? [
      {
        objectId: identities.outputs.grant.principalId
        name: identities.outputs.grant.name
        type: 'ServicePrincipal'
      }
    ]
  : []

module postgresAdministrators 'modules/postgres-administrators.bicep' = {
  scope: resourceGroup(subscriptionOf(postgresServerId, here), groupOf(postgresServerId, groupName))
  params: {
    serverName: serverName
    tenantId: tenantId
    administrators: concat(grantAdministrators, administrators)
  }
  dependsOn: [postgres]
}

module privateEndpoint 'modules/private-endpoint.bicep' = if (needsEndpoint) {
  scope: group
  params: {
    name: 'pe-postgres-${suffix}'
    location: location
    subnetId: usedEndpointsSubnetId
    serverId: usedServerId
    zoneId: usedZoneId
    tags: allTags
  }
  dependsOn: [postgresAdministrators]
}

module registry 'modules/registry.bicep' = if (empty(registryId)) {
  scope: group
  params: {
    name: registryName
    location: location
    workspaceId: usedWorkspaceId
    tags: allTags
  }
}

module registryAccess 'modules/registry-access.bicep' = {
  scope: resourceGroup(subscriptionOf(registryId, here), groupOf(registryId, groupName))
  params: {
    registryName: registryName
    #disable-next-line what-if-short-circuiting // Azure assigns it when it creates the identity.
    principalId: identities.outputs.pull.principalId
    abac: registryAbac
  }
  dependsOn: [registry]
}

module environment 'modules/environment.bicep' = {
  scope: group
  params: {
    name: usedEnvironmentName
    location: location
    subnetId: usedAppSubnetId
    internal: internal
    zoneRedundant: zoneRedundant
    workspaceId: usedWorkspaceId
    tags: allTags
  }
}

module environmentZone 'modules/environment-zone.bicep' = if (internal) {
  scope: group
  params: {
    #disable-next-line what-if-short-circuiting // Azure chooses it.
    domain: environment.outputs.domain
    staticIp: environment.outputs.staticIp
    tags: allTags
  }
}

module environmentZoneLink 'modules/zone-link.bicep' = if (internal) {
  scope: group
  params: {
    #disable-next-line what-if-short-circuiting // Azure chooses it.
    zoneName: environmentZone!.outputs.name
    vnetId: usedVnetId
    tags: allTags
  }
  dependsOn: [vnet]
}

module insights 'modules/insights.bicep' = if (applicationInsights) {
  scope: group
  params: {
    suffix: suffix
    location: location
    environmentId: environment.outputs.id
    workspaceId: usedWorkspaceId
    image: collectorImage
    tags: allTags
  }
}

module grantJob 'modules/job.bicep' = {
  scope: group
  params: {
    name: 'job-grant-${suffix}'
    location: location
    environmentId: environment.outputs.id
    image: image
    arguments: concat(
      ['grant', '--role', roleName, '--object-id', identities.outputs.app.principalId],
      appMayWrite ? ['--write'] : [],
      appMayDelete ? ['--delete'] : []
    )
    registryServer: registryAccess.outputs.loginServer
    pullIdentityId: identities.outputs.pull.id
    jobIdentity: identities.outputs.grant
    databaseHost: postgresAdministrators.outputs.host
    databaseName: databaseName
    schemaName: schemaName
    roleName: identities.outputs.grant.name
    variables: {}
    tags: allTags
  }
  dependsOn: [privateEndpoint, postgresZoneLink, peeringToServer, peeringToApp]
}

module migrateJob 'modules/job.bicep' = if (migrates) {
  scope: group
  params: {
    name: 'job-migrate-${suffix}'
    location: location
    environmentId: environment.outputs.id
    image: image
    arguments: ['migrate', usedMigrations]
    timeout: 3600
    registryServer: registryAccess.outputs.loginServer
    pullIdentityId: identities.outputs.pull.id
    jobIdentity: identities.outputs.grant
    databaseHost: postgresAdministrators.outputs.host
    databaseName: databaseName
    schemaName: schemaName
    roleName: identities.outputs.grant.name
    variables: {}
    tags: allTags
  }
  dependsOn: [privateEndpoint, postgresZoneLink, peeringToServer, peeringToApp]
}

module doctorJob 'modules/job.bicep' = {
  scope: group
  params: {
    name: 'job-doctor-${suffix}'
    location: location
    environmentId: environment.outputs.id
    image: image
    arguments: ['doctor']
    registryServer: registryAccess.outputs.loginServer
    pullIdentityId: identities.outputs.pull.id
    jobIdentity: identities.outputs.app
    databaseHost: postgresAdministrators.outputs.host
    databaseName: databaseName
    schemaName: schemaName
    roleName: roleName
    variables: union(pgBouncerVariables(usePgBouncer), authVariables(auth, authTenantId, usedAudience), {
      PG_POOL_SIZE: string(poolSize)
      MAX_REPLICAS: string(maxReplicas)
    })
    tags: allTags
  }
}

module app 'modules/app.bicep' = {
  scope: group
  params: {
    name: 'ca-events-${suffix}'
    location: location
    environmentId: environment.outputs.id
    image: image
    registryServer: registryAccess.outputs.loginServer
    pullIdentityId: identities.outputs.pull.id
    appIdentity: identities.outputs.app
    databaseHost: postgresAdministrators.outputs.host
    databaseName: databaseName
    schemaName: schemaName
    roleName: roleName
    usePgBouncer: usePgBouncer
    poolSize: poolSize
    auth: auth
    authTenantId: authTenantId
    authAudience: usedAudience
    corsOrigins: corsOrigins
    graphiql: graphiql
    documents: documents
    manifests: usedMigrations == 'sample/migrations' ? 'documents,sample/documents' : 'documents'
    cpu: appCpu
    memory: appMemory
    minReplicas: minReplicas
    maxReplicas: maxReplicas
    concurrentRequests: concurrentRequests
    sendsTelemetry: applicationInsights || !empty(otlpEndpoint)
    otlpEndpoint: applicationInsights ? insights!.outputs.endpoint : otlpEndpoint
    // Azure Monitor expects the change since the last report.
    metricsTemporality: applicationInsights ? 'delta' : 'cumulative'
    allowedAddresses: allowedAddresses
    trustedProxies: trustedProxies
    customDomain: customDomain
    customDomainCertificateId: customDomainCertificateId
    tags: allTags
  }
  dependsOn: [grantJob]
}

module certificate 'modules/certificate.bicep' = if (!empty(customDomain) && empty(customDomainCertificateId)) {
  scope: group
  params: {
    environmentName: usedEnvironmentName
    location: location
    domain: customDomain
    tags: allTags
  }
  // Azure issues a certificate only for a domain that an app declares.
  dependsOn: [app]
}

module alerts 'modules/alerts.bicep' = if (!empty(alertEmail)) {
  scope: group
  params: {
    suffix: suffix
    emailAddress: alertEmail
    location: location
    appId: app.outputs.id
    appName: app.outputs.name
    workspaceId: usedWorkspaceId
    // An alert must be in the subscription of the resource that it watches.
    serverId: toLower(subscriptionOf(postgresServerId, here)) == toLower(here) ? usedServerId : ''
    measures: applicationInsights
    connections: isNewServer ? serverConnections : existingServerMaxConnections
    tags: allTags
  }
}

@description('The resource group.')
output AZURE_RESOURCE_GROUP string = group.name

@description('The host of the registry that azd pushes to.')
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = registryAccess.outputs.loginServer

@description('The name of the app.')
output APP_NAME string = app.outputs.name

@description('The URL of the API.')
output APP_URL string = 'https://${empty(customDomain) ? app.outputs.host : customDomain}/graphql'

@description('The job that creates the app\'s role and its privileges.')
output GRANT_JOB_NAME string = grantJob.outputs.name

@description('The job that creates the schema; empty: none does.')
output MIGRATE_JOB_NAME string = migrates ? migrateJob!.outputs.name : ''

@description('The job that checks the app\'s path to its database.')
output DOCTOR_JOB_NAME string = doctorJob.outputs.name

@description('The host of the database server.')
output POSTGRES_HOST string = postgresAdministrators.outputs.host
