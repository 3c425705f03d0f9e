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

// Known before anything is deployed, so that a what-if can say what would change.
var identityName = 'id-function-${suffix}'
var appName = 'func-events-${suffix}'
var storageName = 'stfunction${suffix}'
var insightsName = 'appi-function-${suffix}'

resource userIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = if (identity == 'user-assigned') {
  name: identityName
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
    name: storageName
    location: location
    tags: tags
  }
}

module logs 'modules/logs.bicep' = {
  params: {
    workspaceName: 'log-function-${suffix}'
    insightsName: insightsName
    location: location
    tags: tags
  }
}

module app 'modules/app.bicep' = {
  params: {
    name: appName
    location: location
    runtime: runtime
    userIdentity: identity == 'user-assigned'
      ? {
          id: userIdentity!.id
          clientId: userIdentity!.properties.clientId
        }
      : null
    subnetId: subnet.outputs.id
    storageName: storageName
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
    storageName: storageName
    insightsName: insightsName
    principalId: principalId
    principalName: identity == 'user-assigned' ? identityName : appName
  }
}

@description('The name of the function app.')
output name string = appName

@description('Where its functions are.')
output url string = 'https://${app.outputs.host}/api'

@description('What events-graphql grant needs as --object-id.')
output principalId string = principalId
