@description('The name of the storage account.')
param name string

@description('The region.')
param location string

@description('Tags of the resource.')
param tags object

// Packages and the host's own state; opened by identities only.
resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }

  resource blobs 'blobServices' = {
    name: 'default'

    resource packages 'containers' = {
      name: 'packages'
    }
  }
}

@description('Where packages are put.')
output containerUrl string = '${account.properties.primaryEndpoints.blob}${account::blobs::packages.name}'
