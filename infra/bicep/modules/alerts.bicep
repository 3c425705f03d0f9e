@description('Part of every name.')
param suffix string

@description('Who is told.')
param emailAddress string

@description('The app.')
param appId string

@description('The PostgreSQL server.')
param serverId string

@description('The connections that the server has for all its users; 0: it is not known, and there is no alert on them.')
param connections int

@description('The Log Analytics workspace that has the logs of the app.')
param workspaceId string

@description('The name of the app.')
param appName string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags object

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-events-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'events'
    enabled: true
    emailReceivers: [
      {
        name: 'operators'
        emailAddress: emailAddress
        useCommonAlertSchema: true
      }
    ]
  }
}

var alerts = [
  {
    name: 'failing-requests'
    description: 'More than 10 replies with a 5xx in 5 minutes.'
    scope: appId
    metric: 'Requests'
    aggregation: 'Total'
    threshold: 10
    dimensions: [{ name: 'statusCodeCategory', operator: 'Include', values: ['5xx'] }]
  }
  {
    name: 'restarts'
    description: 'A replica has restarted more than 3 times.'
    scope: appId
    metric: 'RestartCount'
    aggregation: 'Maximum'
    threshold: 3
    dimensions: []
  }
  {
    name: 'database-cpu'
    description: 'The server is busier than 85%.'
    scope: serverId
    metric: 'cpu_percent'
    aggregation: 'Average'
    threshold: 85
    dimensions: []
  }
  {
    name: 'database-storage'
    description: 'The storage of the server is fuller than 85%; at 95% it becomes read-only.'
    scope: serverId
    metric: 'storage_percent'
    aggregation: 'Maximum'
    threshold: 85
    dimensions: []
  }
]

var connectionAlerts = [
  {
    name: 'database-connections'
    description: 'More than 80% of the connections of the server are taken.'
    scope: serverId
    metric: 'active_connections'
    aggregation: 'Maximum'
    threshold: connections * 8 / 10
    dimensions: []
  }
]

resource metricAlerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for alert in concat(alerts, connections > 0 ? connectionAlerts : []): {
    name: '${alert.name}-${suffix}'
    location: 'global'
    tags: tags
    properties: {
      description: alert.description
      severity: 2
      enabled: true
      scopes: [alert.scope]
      evaluationFrequency: 'PT1M'
      windowSize: 'PT5M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: alert.name
            metricName: alert.metric
            timeAggregation: alert.aggregation
            operator: 'GreaterThan'
            threshold: alert.threshold
            dimensions: alert.dimensions
          }
        ]
      }
      actions: [{ actionGroupId: operators.id }]
    }
  }
]

// What the app says of itself, in the words of its log.
var logAlerts = [
  {
    name: 'unexpected-errors'
    description: 'A defect, or a fault in the schema of the database.'
    message: 'Unexpected error'
    threshold: 0
  }
  {
    name: 'not-ready'
    description: 'A replica gets no requests: doctor says why.'
    message: 'Not ready'
    threshold: 0
  }
  {
    name: 'failing-logins'
    description: 'Tokens or logins fail again and again: the identity, its assignment, or its role.'
    message: 'A connection to the database failed'
    threshold: 10
  }
  {
    name: 'failing-telemetry'
    description: 'Traces and metrics do not arrive.'
    message: 'OpenTelemetry:'
    threshold: 10
  }
]

resource logQueries 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in logAlerts: {
    name: '${alert.name}-${suffix}'
    location: location
    tags: tags
    properties: {
      description: alert.description
      severity: 2
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT10M'
      criteria: {
        allOf: [
          {
            query: 'ContainerAppConsoleLogs | where ContainerAppName == "${appName}" and Log has "${alert.message}"'
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: alert.threshold
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      // A new workspace has no table of logs before there is one.
      skipQueryValidation: true
      actions: { actionGroups: [operators.id] }
    }
  }
]
