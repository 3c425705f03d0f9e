@description('The name of the function app.')
param name string

@description('The region.')
param location string

@description('The language of the functions.')
param runtime 'node' | 'python'

@description('The identity that the functions run as; null: the app\'s own.')
param userIdentity { id: string, clientId: string }?

@description('The subnet that it goes out through.')
param subnetId string

@description('The storage account of the host.')
param storageName string

@description('Where its packages are.')
param containerUrl string

@description('Where its telemetry goes.')
param insightsConnection string

@description('Instances at most.')
param maxInstances int

@description('The variables of the database but for the identity.')
param databaseSettings object

@description('Tags of every resource.')
param tags object

var versions = {
  node: '22'
  python: '3.12'
}

var identityOptions = userIdentity == null
  ? { type: 'SystemAssigned' }
  : {
      type: 'UserAssigned'
      userAssignedIdentities: { '${userIdentity!.id}': {} }
    }

var packageAccess = userIdentity == null
  ? { type: 'SystemAssignedIdentity' }
  : {
      type: 'UserAssignedIdentity'
      userAssignedIdentityResourceId: userIdentity!.id
    }

// The host itself needs to be told which identity is meant; so does the server's pool.
var identitySettings = userIdentity == null
  ? {
      PG_AUTH: 'system-identity'
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD'
    }
  : {
      PG_AUTH: 'user-identity'
      AZURE_CLIENT_ID: userIdentity!.clientId
      AzureWebJobsStorage__clientId: userIdentity!.clientId
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${userIdentity!.clientId};Authorization=AAD'
    }

var runtimeSettings = runtime == 'node' ? { NODE_ENV: 'production' } : {}

var hostSettings = {
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__accountName: storageName
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnection
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: identityOptions
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    virtualNetworkSubnetId: subnetId
    functionAppConfig: {
      runtime: {
        name: runtime
        version: versions[runtime]
      }
      scaleAndConcurrency: {
        instanceMemoryMB: 2048
        maximumInstanceCount: maxInstances
      }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: containerUrl
          authentication: packageAccess
        }
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      appSettings: map(
        items(union(hostSettings, databaseSettings, identitySettings, runtimeSettings)),
        setting => {
          name: setting.key
          value: setting.value
        }
      )
    }
  }
}

@description('Its host.')
output host string = app.properties.defaultHostName

@description('The principal of its own identity; empty: it has none.')
output systemPrincipalId string = userIdentity == null ? app.identity.principalId : ''
