@description('The region.')
param location string

@description('The suffix of every name.')
param suffix string

@description('Tags of every resource.')
param tags object

resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-app-${suffix}'
  location: location
  tags: tags
}

resource pull 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-pull-${suffix}'
  location: location
  tags: tags
}

resource grant 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-grant-${suffix}'
  location: location
  tags: tags
}

@export()
@description('A managed identity.')
type identity = {
  @description('The resource id.')
  id: string

  @description('The name.')
  name: string

  @description('The client id.')
  clientId: string

  @description('The principal (object) id.')
  principalId: string
}

@description('The identity that logs in to the database for the app.')
output app identity = {
  id: app.id
  name: app.name
  clientId: app.properties.clientId
  principalId: app.properties.principalId
}

@description('The identity that pulls images. Containers cannot use it.')
output pull identity = {
  id: pull.id
  name: pull.name
  clientId: pull.properties.clientId
  principalId: pull.properties.principalId
}

@description('The identity that logs in to the database for the grant job, as an administrator of the server.')
output grant identity = {
  id: grant.id
  name: grant.name
  clientId: grant.properties.clientId
  principalId: grant.properties.principalId
}
