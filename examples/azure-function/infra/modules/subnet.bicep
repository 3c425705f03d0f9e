@description('The virtual network, in the resource group that this is deployed to.')
param vnetName string

@description('Addresses of the subnet.')
param prefix string

resource vnet 'Microsoft.Network/virtualNetworks@2025-01-01' existing = {
  name: vnetName
}

resource subnet 'Microsoft.Network/virtualNetworks/subnets@2025-01-01' = {
  parent: vnet
  name: 'snet-events-function'
  properties: {
    addressPrefix: prefix
    delegations: [
      {
        name: 'flex-consumption'
        properties: { serviceName: 'Microsoft.App/environments' }
      }
    ]
  }
}

@description('The subnet of the function app.')
output id string = subnet.id
