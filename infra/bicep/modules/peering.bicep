@description('The virtual network, in the resource group of this deployment.')
param vnetName string

@description('The virtual network to peer it with. That one needs a peering back.')
param remoteVnetId string

resource vnet 'Microsoft.Network/virtualNetworks@2025-01-01' existing = {
  name: vnetName
}

resource peering 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2025-01-01' = {
  parent: vnet
  name: 'events-${uniqueString(remoteVnetId)}'
  properties: {
    allowVirtualNetworkAccess: true
    remoteVirtualNetwork: { id: remoteVnetId }
  }
}
