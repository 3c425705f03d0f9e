@description('The region.')
param location string

@description('Part of every name.')
param suffix string

@description('Whether the app is reached from the internet.')
param external bool

@description('Tags of every resource.')
param tags object

// The rules that Azure always adds let the virtual network and the load balancer in, and nobody else.
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

// An injected server needs its own subnet open to itself, and Storage and Entra ID to go to: what Azure's rules allow.
resource database 'Microsoft.Network/networkSecurityGroups@2025-01-01' = {
  name: 'nsg-database-${suffix}'
  location: location
  tags: tags
}

@description('For the subnet of the Container Apps environment.')
output appGroupId string = app.id

@description('For the subnet of the private endpoints.')
output endpointsGroupId string = endpoints.id

@description('For the subnet of an injected server.')
output databaseGroupId string = database.id
