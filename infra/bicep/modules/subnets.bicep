@description('The virtual network, in the resource group of this deployment.')
param vnetName string

@description('The addresses for the Container Apps environment: /27 or larger.')
param appPrefix string

@description('The addresses for private endpoints; empty: no such subnet.')
param endpointsPrefix string

@description('The addresses for an injected server, /28 or larger; empty: no such subnet.')
param databasePrefix string

@description('The security group of the app.')
param appGroupId string

@description('The security group of private endpoints.')
param endpointsGroupId string

@description('The security group of an injected server.')
param databaseGroupId string

@description('The existing subnets to leave as they are, by name. Deploying one would remove the routes and gateways that others added.')
param kept string[]

resource vnet 'Microsoft.Network/virtualNetworks@2025-01-01' existing = {
  name: vnetName
}

resource app 'Microsoft.Network/virtualNetworks/subnets@2025-01-01' = if (!contains(kept, 'snet-events-app')) {
  parent: vnet
  name: 'snet-events-app'
  properties: {
    addressPrefix: appPrefix
    delegations: [
      {
        name: 'container-apps'
        properties: { serviceName: 'Microsoft.App/environments' }
      }
    ]
    networkSecurityGroup: { id: appGroupId }
  }
}

// A virtual network accepts one change at a time.
resource endpoints 'Microsoft.Network/virtualNetworks/subnets@2025-01-01' = if (!empty(endpointsPrefix) && !contains(kept, 'snet-events-endpoints')) {
  parent: vnet
  name: 'snet-events-endpoints'
  properties: {
    addressPrefix: endpointsPrefix
    networkSecurityGroup: { id: endpointsGroupId }
    privateEndpointNetworkPolicies: 'NetworkSecurityGroupEnabled'
  }
  dependsOn: [app]
}

resource database 'Microsoft.Network/virtualNetworks/subnets@2025-01-01' = if (!empty(databasePrefix) && !contains(kept, 'snet-events-database')) {
  parent: vnet
  name: 'snet-events-database'
  properties: {
    addressPrefix: databasePrefix
    delegations: [
      {
        name: 'postgresql'
        properties: { serviceName: 'Microsoft.DBforPostgreSQL/flexibleServers' }
      }
    ]
    networkSecurityGroup: { id: databaseGroupId }
  }
  dependsOn: [endpoints]
}

@description('The subnet of the Container Apps environment.')
output appSubnetId string = app.id

@description('The subnet of the private endpoints; empty: none.')
output endpointsSubnetId string = empty(endpointsPrefix) ? '' : endpoints.id

@description('The subnet of an injected server; empty: none.')
output databaseSubnetId string = empty(databasePrefix) ? '' : database.id
