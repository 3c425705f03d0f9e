import { authVariables, databaseVariables, pgBouncerVariables } from '../variables.bicep'
import { identity } from 'identities.bicep'

@description('The name of the app.')
param name string

@description('The region.')
param location string

@description('The Container Apps environment.')
param environmentId string

@description('The image; empty: a placeholder.')
param image string

@description('The registry that the image is pulled from.')
param registryServer string

@description('The identity that pulls the image.')
param pullIdentityId string

@description('The identity that logs in to the database.')
param appIdentity identity

@description('The host of the database server.')
param databaseHost string

@description('The database.')
param databaseName string

@description('The schema to serve.')
param schemaName string

@description('The role that the app logs in as.')
param roleName string

@description('True if the app uses the built-in PgBouncer.')
param usePgBouncer bool

@description('The maximum number of connections per replica.')
param poolSize int

@description('How callers authenticate: with Entra ID tokens, or not at all.')
param auth 'entra' | 'none'

@description('The tenant of the callers\' tokens.')
param authTenantId string

@description('The audience of the callers\' tokens.')
param authAudience string

@description('Origins whose pages may call the API, separated by commas.')
param corsOrigins string

@description('True if the app serves GraphiQL.')
param graphiql bool

@description('Which documents callers may run: persisted-only or any.')
param documents string

@description('The folders in the image with persisted documents, separated by commas.')
param manifests string

@description('The cores of a replica, such as 0.5.')
param cpu string

@description('The memory of a replica, 2Gi per core, such as 1Gi.')
param memory string

@description('The minimum number of replicas.')
param minReplicas int

@description('The maximum number of replicas.')
param maxReplicas int

@description('The number of concurrent requests per replica, including open streams, beyond which another replica starts.')
param concurrentRequests int

@description('True if the app sends traces, metrics and logs.')
param sendsTelemetry bool

@description('Where the app sends them by OTLP.')
param otlpEndpoint string

@description('How the app reports sums: since it started, or since the last report.')
param metricsTemporality 'cumulative' | 'delta'

@description('The address ranges that may reach the app; empty: all that can reach its environment.')
param allowedAddresses string[]

@description('How many proxies are in front of the app.')
param trustedProxies int

@description('A domain of your own; empty: none.')
param customDomain string

@description('A certificate in the environment for that domain; empty: the one that Azure issues.')
param customDomainCertificateId string

@description('Tags of the resource.')
param tags object

var port = 4000
var hasImage = !empty(image)

var authSettings = authVariables(auth, authTenantId, authAudience)

var serverSettings = {
  PORT: string(port)
  PG_POOL_SIZE: string(poolSize)
  MAX_REPLICAS: string(maxReplicas)
  TRUSTED_PROXIES: string(trustedProxies)
  CORS_ORIGINS: corsOrigins
  GRAPHIQL: graphiql ? 'on' : 'off'
  DOCUMENTS: documents
  PERSISTED_DOCUMENTS: manifests
}

var telemetrySettings = !sendsTelemetry ? {} : {
  OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint
  OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: metricsTemporality
  OTEL_TRACES_SAMPLER: 'parentbased_traceidratio'
  OTEL_TRACES_SAMPLER_ARG: '0.1'
}

// A deployment removes domains that are not declared here.
var binding = empty(customDomainCertificateId)
  ? { bindingType: 'Auto' }
  : { bindingType: 'SniEnabled', certificateId: customDomainCertificateId }
var customDomains = empty(customDomain) ? [] : [union({ name: customDomain }, binding)]

var databaseSettings = databaseVariables(databaseHost, databaseName, schemaName, roleName, appIdentity.clientId)

// An environment with workload profiles has no default probes. The placeholder serves none of these paths.
var probes = [
  {
    type: 'Startup'
    httpGet: { path: '/health/live', port: port }
    periodSeconds: 3
    timeoutSeconds: 2
    failureThreshold: 10
  }
  {
    type: 'Liveness'
    httpGet: { path: '/health/live', port: port }
    periodSeconds: 10
    timeoutSeconds: 5
    failureThreshold: 3
  }
  {
    type: 'Readiness'
    httpGet: { path: '/health/ready', port: port }
    periodSeconds: 5
    timeoutSeconds: 5
    failureThreshold: 3
    successThreshold: 1
  }
]

resource app 'Microsoft.App/containerApps@2025-07-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${appIdentity.id}': {}
      '${pullIdentityId}': {}
    }
  }
  properties: {
    environmentId: environmentId
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      maxInactiveRevisions: 10
      ingress: {
        // Open to callers of the environment: the internet, or for an internal environment its virtual network.
        external: true
        targetPort: hasImage ? port : 80
        transport: 'auto'
        allowInsecure: false
        stickySessions: { affinity: 'none' }
        customDomains: customDomains
        // One allowed range blocks all others.
        ipSecurityRestrictions: map(allowedAddresses, (range, index) => {
          name: 'allowed-${index}'
          action: 'Allow'
          ipAddressRange: range
        })
      }
      registries: [
        {
          server: registryServer
          identity: pullIdentityId
        }
      ]
      identitySettings: [
        {
          identity: appIdentity.id
          lifecycle: 'Main'
        }
        {
          identity: pullIdentityId
          lifecycle: 'None'
        }
      ]
    }
    template: {
      // Longer than the server takes to finish its open requests.
      terminationGracePeriodSeconds: 35
      containers: [
        {
          name: 'events-graphql'
          image: hasImage ? image : 'mcr.microsoft.com/k8se/quickstart:latest'
          env: map(items(union(databaseSettings, pgBouncerVariables(usePgBouncer), serverSettings, authSettings, telemetrySettings)), variable => {
            name: variable.key
            value: variable.value
          })
          probes: hasImage ? probes : []
          resources: {
            cpu: json(cpu)
            memory: memory
          }
        }
      ]
      scale: {
        minReplicas: minReplicas
        maxReplicas: maxReplicas
        rules: [
          {
            name: 'concurrent-requests'
            http: { metadata: { concurrentRequests: string(concurrentRequests) } }
          }
        ]
      }
    }
  }
}

@description('The id of the app.')
output id string = app.id

@description('The name of the app.')
output name string = app.name

@description('The host name of the app.')
output host string = app.properties.configuration.ingress.fqdn
