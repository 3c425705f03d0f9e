import { groupOf, nameOf, subscriptionOf } from '../../../infra/bicep/ids.bicep'

metadata description = 'A function app on Flex Consumption that reaches a private PostgreSQL server and logs in to it with its identity.'

@description('The region, which is that of the network.')
param location string = resourceGroup().location

@description('Part of every name.')
@minLength(3)
@maxLength(13)
param suffix string = uniqueString(resourceGroup().id)

@description('The language of the functions.')
param runtime 'node' | 'python' = 'node'

@description('An identity of its own kind, whose role outlives the app, or that of the app itself.')
param identity 'user-assigned' | 'system-assigned' = 'user-assigned'

@description('The virtual network from which the server is reached, and to which its private DNS zone is linked.')
param vnetId string

@description('Free addresses of that network, a /27 or larger: the subnet of this app alone.')
param subnetPrefix string

@description('The host of the database server.')
param databaseHost string

@description('The database.')
param databaseName string = 'telemetry'

@description('The role that was made for the identity, or will be.')
param databaseRole string = 'events-function'

@description('Connections of the server that are free for this app.')
@minValue(1)
param databaseConnections int

@description('Connections of each instance at most; one more while one is being replaced.')
@minValue(1)
param poolSize int = 2

@description('Instances at most.')
@minValue(1)
@maxValue(1000)
param maxInstances int = 40

@description('Tags of every resource.')
param tags object = {}

var neededConnections = maxInstances * (poolSize + 1)
var fittingInstances = neededConnections < databaseConnections
  ? maxInstances
  : fail('maxInstances x (poolSize + 1) is ${neededConnections}, and there are ${databaseConnections} connections: choose fewer instances or a smaller pool')

resource userIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = if (identity == 'user-assigned') {
  name: 'id-function-${suffix}'
  location: location
  tags: tags
}

module subnet 'modules/subnet.bicep' = {
  scope: resourceGroup(subscriptionOf(vnetId, subscription().subscriptionId), groupOf(vnetId, resourceGroup().name))
  params: {
    vnetName: nameOf(vnetId, '')
    prefix: subnetPrefix
  }
}

module storage 'modules/storage.bicep' = {
  params: {
    name: 'stfunction${suffix}'
    location: location
    tags: tags
  }
}

module logs 'modules/logs.bicep' = {
  params: {
    suffix: suffix
    location: location
    tags: tags
  }
}

module app 'modules/app.bicep' = {
  params: {
    name: 'func-events-${suffix}'
    location: location
    runtime: runtime
    userIdentity: identity == 'user-assigned'
      ? {
          id: userIdentity!.id
          clientId: userIdentity!.properties.clientId
        }
      : null
    subnetId: subnet.outputs.id
    storageName: storage.outputs.name
    containerUrl: storage.outputs.containerUrl
    insightsConnection: logs.outputs.insightsConnection
    maxInstances: fittingInstances
    databaseSettings: {
      PGHOST: databaseHost
      PGDATABASE: databaseName
      PGUSER: databaseRole
      PG_POOL_SIZE: string(poolSize)
    }
    tags: tags
  }
}

var principalId = identity == 'user-assigned' ? userIdentity!.properties.principalId : app.outputs.systemPrincipalId

module access 'modules/access.bicep' = {
  params: {
    storageName: storage.outputs.name
    insightsName: logs.outputs.insightsName
    principalId: principalId
    principalName: identity == 'user-assigned' ? 'id-function-${suffix}' : 'func-events-${suffix}'
  }
}

@description('The name of the function app.')
output name string = app.outputs.name

@description('Where its functions are.')
output url string = 'https://${app.outputs.host}/api'

@description('What events-graphql grant needs as --object-id.')
output principalId string = principalId
