@description('The domain of an internal environment.')
param domain string

@description('The address of its apps, which they share.')
param staticIp string

@description('Tags of the resource.')
param tags object

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: domain
  location: 'global'
  tags: tags
}

resource apps 'Microsoft.Network/privateDnsZones/A@2024-06-01' = {
  parent: zone
  name: '*'
  properties: {
    ttl: 300
    aRecords: [{ ipv4Address: staticIp }]
  }
}

@description('The name of the zone.')
output name string = zone.name
