@description('The name of the Container Apps environment.')
param name string

@description('The region.')
param location string

@description('The delegated subnet.')
param subnetId string

@description('True if the environment is reachable only from its virtual network; this cannot be changed later.')
param internal bool

@description('True if the app\'s replicas are spread over zones; this cannot be changed later.')
param zoneRedundant bool

@description('The Log Analytics workspace.')
param workspaceId string

@description('Tags of the resource.')
param tags object

resource managedEnvironment 'Microsoft.App/managedEnvironments@2025-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    vnetConfiguration: {
      infrastructureSubnetId: subnetId
      internal: internal
    }
    publicNetworkAccess: internal ? 'Disabled' : 'Enabled'
    zoneRedundant: zoneRedundant
    workloadProfiles: [
      {
        name: 'Consumption'
        workloadProfileType: 'Consumption'
      }
    ]
    // Diagnostic settings send the logs without a key of the workspace.
    appLogsConfiguration: { destination: 'azure-monitor' }
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: managedEnvironment
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
  }
}

@description('The id of the environment.')
output id string = managedEnvironment.id

@description('The domain of its apps.')
output domain string = managedEnvironment.properties.defaultDomain

@description('The address of its apps, which they share.')
output staticIp string = managedEnvironment.properties.staticIp
