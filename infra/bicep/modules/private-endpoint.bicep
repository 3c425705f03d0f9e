@description('The name of the endpoint.')
param name string

@description('The region.')
param location string

@description('The subnet of the endpoint.')
param subnetId string

@description('The PostgreSQL server.')
param serverId string

@description('The zone privatelink.postgres.database.azure.com.')
param zoneId string

@description('Tags of the resource.')
param tags object

resource endpoint 'Microsoft.Network/privateEndpoints@2025-01-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      {
        name: name
        properties: {
          privateLinkServiceId: serverId
          groupIds: ['postgresqlServer']
        }
      }
    ]
  }
}

resource zoneGroup 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-01-01' = {
  parent: endpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'postgres'
        properties: { privateDnsZoneId: zoneId }
      }
    ]
  }
}
