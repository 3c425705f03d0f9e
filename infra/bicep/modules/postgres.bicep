import { postgresSizes } from '../sizes.bicep'

@description('The name of the server.')
param name string

@description('The region.')
param location string

@description('One of the sizes in sizes.bicep.')
param size string

@description('The major version of PostgreSQL.')
param version string

@description('Storage in GiB; it grows by itself.')
@minValue(32)
param storageSizeGB int

@description('A standby: none, in the same zone, or in another one. Burstable sizes have none.')
param highAvailability 'Disabled' | 'SameZone' | 'ZoneRedundant'

@description('How many days back the server can be restored.')
@minValue(7)
@maxValue(35)
param backupRetentionDays int

@description('Whether backups are copied to the paired region; this cannot be changed later.')
param geoRedundantBackup bool

@description('The oldest version of TLS that a client may speak.')
param minimumTls 'TLSv1.2' | 'TLSv1.3'

@description('Whether its PgBouncer is on.')
param pgBouncer bool

@description('The database that is made.')
param databaseName string

@description('The tenant whose identities log in.')
param tenantId string

@description('The delegated subnet of an injected server; empty: the server is reached by a private endpoint.')
param delegatedSubnetId string

@description('The private zone of an injected server; empty: it is reached by a private endpoint.')
param privateZoneId string

@description('The extensions that may be created; empty: those that Azure allows by itself.')
param extensions string[]

@description('The zone of the server; empty: Azure chooses it.')
param availabilityZone string

@description('The day of the week on which Azure may restart the server; 0 is Sunday.')
param maintenanceDay int

@description('The hour of that day, of UTC.')
param maintenanceHour int

@description('The Log Analytics workspace.')
param workspaceId string

@description('Tags of the resource.')
param tags object

// The app keeps at most 500 statements prepared on a connection.
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

// publicNetworkAccess and a delegated subnet exclude each other: with the latter there is no public access at all.
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

// A server takes one change at a time.
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
