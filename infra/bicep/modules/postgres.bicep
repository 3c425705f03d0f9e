import { postgresSizes } from '../sizes.bicep'

@description('The name of the server.')
param name string

@description('The region.')
param location string

@description('One of the sizes in sizes.bicep.')
param size string

@description('The major version of PostgreSQL.')
param version string

@description('The storage in GiB, at least what the server has; it grows automatically and cannot shrink.')
@minValue(32)
param storageSizeGB int

@description('A standby: none, in the same zone, or in another one. Burstable sizes have none.')
param highAvailability 'Disabled' | 'SameZone' | 'ZoneRedundant'

@description('How many days back the server can be restored.')
@minValue(7)
@maxValue(35)
param backupRetentionDays int

@description('True if the server\'s backups are copied to the paired region; this cannot be changed later.')
param geoRedundantBackup bool

@description('The minimum TLS version.')
param minimumTls 'TLSv1.2' | 'TLSv1.3'

@description('True if the server\'s built-in PgBouncer is enabled.')
param pgBouncer bool

@description('The database to create.')
param databaseName string

@description('The tenant of the identities that log in.')
param tenantId string

@description('The delegated subnet of an injected server; empty: the server has a private endpoint.')
param delegatedSubnetId string

@description('The private DNS zone of an injected server; empty: the server has a private endpoint.')
param privateZoneId string

@description('The extensions that may be created; empty: Azure\'s default.')
param extensions string[]

@description('The availability zone of the server; empty: Azure chooses.')
param availabilityZone string

@description('The day of the week on which Azure may restart the server; 0 is Sunday.')
param maintenanceDay int

@description('The hour of that day, in UTC.')
param maintenanceHour int

@description('The Log Analytics workspace.')
param workspaceId string

@description('Tags of the resource.')
param tags object

// 500, because the app prepares at most 500 statements per connection.
var configurations = concat(
  [{ name: 'ssl_min_protocol_version', value: minimumTls }],
  pgBouncer
    ? [
        { name: 'pgbouncer.enabled', value: 'true' }
        { name: 'pgbouncer.max_prepared_statements', value: '500' }
      ]
    : [],
  empty(extensions) ? [] : [{ name: 'azure.extensions', value: join(extensions, ',') }]
)

// A server in a delegated subnet has no public access, and Azure rejects the setting publicNetworkAccess for it.
resource server 'Microsoft.DBforPostgreSQL/flexibleServers@2025-08-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: size
    tier: postgresSizes[size].tier
  }
  properties: {
    version: version
    authConfig: {
      activeDirectoryAuth: 'Enabled'
      passwordAuth: 'Disabled'
      tenantId: tenantId
    }
    storage: {
      storageSizeGB: storageSizeGB
      autoGrow: 'Enabled'
    }
    backup: {
      backupRetentionDays: backupRetentionDays
      geoRedundantBackup: geoRedundantBackup ? 'Enabled' : 'Disabled'
    }
    highAvailability: { mode: highAvailability }
    availabilityZone: empty(availabilityZone) ? null : availabilityZone
    maintenanceWindow: {
      customWindow: 'Enabled'
      dayOfWeek: maintenanceDay
      startHour: maintenanceHour
      startMinute: 0
    }
    network: empty(delegatedSubnetId)
      ? { publicNetworkAccess: 'Disabled' }
      : { delegatedSubnetResourceId: delegatedSubnetId, privateDnsZoneArmResourceId: privateZoneId }
  }
}

// A server accepts one change at a time.
resource database 'Microsoft.DBforPostgreSQL/flexibleServers/databases@2025-08-01' = {
  parent: server
  name: databaseName
  properties: {
    charset: 'UTF8'
    collation: 'en_US.utf8'
  }
}

@batchSize(1)
resource settings 'Microsoft.DBforPostgreSQL/flexibleServers/configurations@2025-08-01' = [
  for configuration in configurations: {
    parent: server
    name: configuration.name
    properties: {
      value: configuration.value
      source: 'user-override'
    }
    dependsOn: [database]
  }
]

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: server
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'PostgreSQLLogs'
        enabled: true
      }
    ]
  }
}

@description('The id of the server.')
output id string = server.id
