@description('The storage account.')
param storageName string

@description('The Application Insights resource.')
param insightsName string

@description('The principal that the functions run as.')
param principalId string

@description('Its name, which is known before it is.')
param principalName string

resource storage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: storageName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

var roles = 'Microsoft.Authorization/roleDefinitions'
var blobDataOwner = subscriptionResourceId(roles, 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b')
var metricsPublisher = subscriptionResourceId(roles, '3913510d-42f4-4e42-8a64-420c390055eb')

resource packages 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage.id, principalName, blobDataOwner)
  scope: storage
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: blobDataOwner
  }
}

resource telemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, principalName, metricsPublisher)
  scope: insights
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: metricsPublisher
  }
}
