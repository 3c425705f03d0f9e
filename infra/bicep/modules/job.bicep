import { databaseVariables } from '../variables.bicep'
import { identity } from 'identities.bicep'

@description('The name of the job.')
param name string

@description('The region.')
param location string

@description('The Container Apps environment.')
param environmentId string

@description('The image; empty: a placeholder.')
param image string

@description('The command to run in the image, with its options.')
param arguments string[]

@description('The registry that the image is pulled from.')
param registryServer string

@description('The identity that pulls the image.')
param pullIdentityId string

@description('The identity that logs in to the database.')
param jobIdentity identity

@description('The host of the database server.')
param databaseHost string

@description('The database.')
param databaseName string

@description('The schema that the app serves.')
param schemaName string

@description('The role that the job logs in as.')
param roleName string

@description('The number of seconds after which Azure ends the job.')
param timeout int = 300

@description('More environment variables.')
param variables object

@description('Tags of the resource.')
param tags object

var databaseSettings = databaseVariables(databaseHost, databaseName, schemaName, roleName, jobIdentity.clientId)

// Runs only when a person or a hook starts it.
resource job 'Microsoft.App/jobs@2025-07-01' = {
  name: name
  location: location
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${jobIdentity.id}': {}
      '${pullIdentityId}': {}
    }
  }
  properties: {
    environmentId: environmentId
    workloadProfileName: 'Consumption'
    configuration: {
      triggerType: 'Manual'
      manualTriggerConfig: {
        parallelism: 1
        replicaCompletionCount: 1
      }
      replicaTimeout: timeout
      replicaRetryLimit: 0
      registries: [
        {
          server: registryServer
          identity: pullIdentityId
        }
      ]
      identitySettings: [
        {
          identity: jobIdentity.id
          lifecycle: 'Main'
        }
        {
          identity: pullIdentityId
          lifecycle: 'None'
        }
      ]
    }
    template: {
      containers: [
        {
          name: 'events-graphql'
          image: empty(image) ? 'mcr.microsoft.com/k8se/quickstart-jobs:latest' : image
          args: arguments
          env: map(items(union(databaseSettings, variables)), variable => {
            name: variable.key
            value: variable.value
          })
          resources: {
            cpu: json('0.25')
            memory: '0.5Gi'
          }
        }
      ]
    }
  }
}

@description('The name of the job.')
output name string = job.name
