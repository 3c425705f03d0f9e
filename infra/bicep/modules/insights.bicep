@description('The suffix of every name.')
param suffix string

@description('The region.')
param location string

@description('The Container Apps environment.')
param environmentId string

@description('The Log Analytics workspace.')
param workspaceId string

@description('The image of the OpenTelemetry Collector with the Azure Monitor exporter.')
param image string

@description('Tags of every resource.')
param tags object

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-events-${suffix}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspaceId
    IngestionMode: 'LogAnalytics'
  }
}

// The OpenTelemetry agent of Container Apps cannot send metrics to Application Insights.
var pipeline = { receivers: ['otlp'], processors: ['memory_limiter', 'batch'], exporters: ['azuremonitor'] }
var configuration = {
  receivers: { otlp: { protocols: { http: { endpoint: '0.0.0.0:4318' } } } }
  processors: {
    memory_limiter: { check_interval: '1s', limit_percentage: 80, spike_limit_percentage: 20 }
    batch: {}
  }
  exporters: { azuremonitor: { connection_string: '\${env:APPLICATIONINSIGHTS_CONNECTION_STRING}' } }
  service: { pipelines: { traces: pipeline, metrics: pipeline, logs: pipeline } }
}

resource collector 'Microsoft.App/containerApps@2025-07-01' = {
  name: 'ca-collector-${suffix}'
  location: location
  tags: tags
  properties: {
    environmentId: environmentId
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      // Reachable only from apps in the environment.
      ingress: { external: false, targetPort: 4318, transport: 'http', allowInsecure: false }
      // The connection string permits writing telemetry, not reading it.
      secrets: [{ name: 'connection-string', value: component.properties.ConnectionString }]
    }
    template: {
      containers: [
        {
          name: 'collector'
          image: image
          args: ['--config=env:CONFIGURATION']
          env: [
            { name: 'CONFIGURATION', value: string(configuration) }
            { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', secretRef: 'connection-string' }
          ]
          resources: { cpu: json('0.25'), memory: '0.5Gi' }
        }
      ]
      scale: { minReplicas: 1, maxReplicas: 1 }
    }
  }
}

@description('The OTLP endpoint that the app sends its telemetry to.')
output endpoint string = 'https://${collector.properties.configuration.ingress.fqdn}'
