@export()
@description('An Entra administrator of the server.')
type administrator = {
  @description('The object id; for a managed identity, its principal id.')
  objectId: string

  @description('The name to log in with: a user principal name, or the name of the group or identity.')
  name: string

  @description('The kind of principal.')
  type: 'User' | 'Group' | 'ServicePrincipal'
}

@description('The server, in the resource group of this deployment.')
param serverName string

@description('The tenant of the administrators.')
param tenantId string

@description('The administrators to add. Existing ones stay.')
param administrators administrator[]

resource server 'Microsoft.DBforPostgreSQL/flexibleServers@2025-08-01' existing = {
  name: serverName
}

// A server accepts one change at a time.
@batchSize(1)
resource additions 'Microsoft.DBforPostgreSQL/flexibleServers/administrators@2025-08-01' = [
  for entry in administrators: {
    parent: server
    name: entry.objectId
    properties: {
      principalName: entry.name
      principalType: entry.type
      tenantId: tenantId
    }
  }
]

@description('The host name of the server.')
output host string = server.properties.fullyQualifiedDomainName
