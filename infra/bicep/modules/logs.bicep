@description('The name of the Log Analytics workspace.')
param name string

@description('The region.')
param location string

@description('How many days the workspace keeps logs.')
param retentionInDays int

@description('Tags of the resource.')
param tags object

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionInDays
    features: { disableLocalAuth: true }
  }
}

@description('The id of the workspace.')
output id string = workspace.id
