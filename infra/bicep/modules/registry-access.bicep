@description('The registry, in the resource group of this deployment.')
param registryName string

@description('The principal that pulls images.')
param principalId string

@description('True if the registry has repository permissions (ABAC), for which the role AcrPull has no effect.')
param abac bool

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' existing = {
  name: registryName
}

// Container Registry Repository Reader with ABAC, otherwise AcrPull.
var pull = subscriptionResourceId(
  'Microsoft.Authorization/roleDefinitions',
  abac ? 'b93aa761-3e63-49ed-ac28-beffa264f7ac' : '7f951dda-4ed3-4680-a7ca-43fe172d538d'
)

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(registry.id, principalId, pull)
  scope: registry
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: pull
  }
}

@description('The host name of the registry.')
output loginServer string = registry.properties.loginServer
