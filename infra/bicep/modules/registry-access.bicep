@description('The registry, in the resource group that this is deployed to.')
param registryName string

@description('The principal that is to pull images.')
param principalId string

@description('Whether the registry grants its repositories one by one; AcrPull means nothing there.')
param abac bool

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' existing = {
  name: registryName
}

// AcrPull, or Container Registry Repository Reader.
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

@description('The host to which images are pushed and from which they are pulled.')
output loginServer string = registry.properties.loginServer
