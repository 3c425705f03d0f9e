@description('The Container Apps environment.')
param environmentName string

@description('The region.')
param location string

@description('The domain, whose DNS records already point to the app.')
param domain string

@description('Tags of the resource.')
param tags object

resource environment 'Microsoft.App/managedEnvironments@2025-07-01' existing = {
  name: environmentName
}

resource certificate 'Microsoft.App/managedEnvironments/managedCertificates@2025-07-01' = {
  parent: environment
  name: 'mc-${uniqueString(domain)}'
  location: location
  tags: tags
  properties: {
    subjectName: domain
    // The apex of a zone cannot have a CNAME record.
    domainControlValidation: length(split(domain, '.')) > 2 ? 'CNAME' : 'HTTP'
  }
}
