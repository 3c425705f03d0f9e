@export()
@description('An Entra administrator of the server.')
type administrator = {
  @description('The object id; of a managed identity its principal id.')
  objectId: string

  @description('The name that it logs in with: a user principal name, or the name of the group or identity.')
  name: string

  @description('What it is.')
  type: 'User' | 'Group' | 'ServicePrincipal'
}

@description('The server, in the resource group that this is deployed to.')
param serverName string

@description('The tenant of the administrators.')
param tenantId string

@description('Those to add; others are left alone.')
param administrators administrator[]

resource server 'Microsoft.DBforPostgreSQL/flexibleServers@2025-08-01' existing = {
  name: serverName
}

// A server takes one change at a time.
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

@description('The name under which the server is reached.')
output host string = server.properties.fullyQualifiedDomainName
