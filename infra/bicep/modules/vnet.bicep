@description('The name of the virtual network.')
param name string

@description('The region.')
param location string

@description('Its addresses.')
param addressPrefix string

@description('Tags of the resource.')
param tags object

// Subnets are resources of their own: they are left alone when this is deployed again.
resource vnet 'Microsoft.Network/virtualNetworks@2025-01-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
  }
}
