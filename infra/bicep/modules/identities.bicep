@description('The region.')
param location string

@description('Part of every name.')
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
@description('What others need of an identity; its principal id is its object id.')
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

@description('The app logs in to the database with it.')
output app identity = {
  id: app.id
  name: app.name
  clientId: app.properties.clientId
  principalId: app.properties.principalId
}

@description('Images are pulled with it, before a container runs.')
output pull identity = {
  id: pull.id
  name: pull.name
  clientId: pull.properties.clientId
  principalId: pull.properties.principalId
}

@description('The grant job logs in with it, as an administrator of the server.')
output grant identity = {
  id: grant.id
  name: grant.name
  clientId: grant.properties.clientId
  principalId: grant.properties.principalId
}
