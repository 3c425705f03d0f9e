@description('The name of the virtual network.')
param name string

@description('The region.')
param location string

@description('The addresses of the virtual network.')
param addressPrefix string

@description('Tags of the resource.')
param tags object

// The subnets are separate resources, so deploying the network again leaves them alone.
resource vnet 'Microsoft.Network/virtualNetworks@2025-01-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
  }
}
