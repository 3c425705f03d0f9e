@description('The region.')
param location string

@description('The suffix of every name.')
param suffix string

@description('True if the app is reachable from the internet.')
param external bool

@description('Tags of every resource.')
param tags object

// Azure's default rules admit the virtual network and the load balancer, and block everyone else.
resource app 'Microsoft.Network/networkSecurityGroups@2025-01-01' = {
  name: 'nsg-app-${suffix}'
  location: location
  tags: tags
  properties: {
    securityRules: external
      ? [
          {
            name: 'AllowHttpsInbound'
            properties: {
              access: 'Allow'
              direction: 'Inbound'
              priority: 100
              protocol: 'Tcp'
              sourceAddressPrefix: 'Internet'
              sourcePortRange: '*'
              destinationAddressPrefix: '*'
              destinationPortRanges: ['443', '31443']
            }
          }
        ]
      : []
  }
}

resource endpoints 'Microsoft.Network/networkSecurityGroups@2025-01-01' = {
  name: 'nsg-endpoints-${suffix}'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'AllowPostgresInbound'
        properties: {
          access: 'Allow'
          direction: 'Inbound'
          priority: 100
          protocol: 'Tcp'
          sourceAddressPrefix: 'VirtualNetwork'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRanges: ['5432', '6432']
        }
      }
      {
        name: 'DenyInbound'
        properties: {
          access: 'Deny'
          direction: 'Inbound'
          priority: 4000
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

// No rules of our own: Azure's defaults allow what an injected server needs, which is traffic within its subnet and to
// Storage and Entra ID.
resource database 'Microsoft.Network/networkSecurityGroups@2025-01-01' = {
  name: 'nsg-database-${suffix}'
  location: location
  tags: tags
}

@description('The security group for the subnet of the Container Apps environment.')
output appGroupId string = app.id

@description('The security group for the subnet of the private endpoints.')
output endpointsGroupId string = endpoints.id

@description('The security group for the subnet of an injected server.')
output databaseGroupId string = database.id
