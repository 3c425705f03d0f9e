@description('The domain.')
param name string

@description('Tags of the resource.')
param tags object

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: name
  location: 'global'
  tags: tags
}

@description('The id of the zone.')
output id string = zone.id
