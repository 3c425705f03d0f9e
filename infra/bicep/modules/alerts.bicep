@description('Part of every name.')
param suffix string

@description('Who is told.')
param emailAddress string

@description('The app.')
param appId string

@description('The PostgreSQL server; empty: it is of another subscription, and its alerts are for others.')
param serverId string

@description('The connections that the server has for all its users; 0: it is not known, and there is no alert on them.')
param connections int

@description('The Log Analytics workspace that has the logs of the app.')
param workspaceId string

@description('Whether the metrics of the app come into the workspace.')
param measures bool

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

// What clients see of it: a 503 is announced, with the second to come back in, and is wrong when it lasts.
var alertsOfApp = [
  {
    name: 'failing-requests'
    description: 'More than 10 replies with a 5xx other than 503 in 5 minutes.'
    scope: appId
    metric: 'Requests'
    aggregation: 'Total'
    threshold: 10
    window: 'PT5M'
    dimensions: [
      { name: 'statusCodeCategory', operator: 'Include', values: ['5xx'] }
      { name: 'statusCode', operator: 'Exclude', values: ['503'] }
    ]
  }
  {
    name: 'unavailable'
    description: 'More than 100 replies with a 503 in 15 minutes: the app, its database, its memory or the issuer of tokens is away for longer than a moment.'
    scope: appId
    metric: 'Requests'
    aggregation: 'Total'
    threshold: 100
    window: 'PT15M'
    dimensions: [{ name: 'statusCode', operator: 'Include', values: ['503'] }]
  }
  {
    name: 'restarts'
    description: 'A replica has restarted more than 3 times.'
    scope: appId
    metric: 'RestartCount'
    aggregation: 'Maximum'
    threshold: 3
    window: 'PT5M'
    dimensions: []
  }
]

var alertsOfServer = [
  {
    name: 'database-cpu'
    description: 'The server is busier than 85%.'
    scope: serverId
    metric: 'cpu_percent'
    aggregation: 'Average'
    threshold: 85
    window: 'PT5M'
    dimensions: []
  }
  {
    name: 'database-storage'
    description: 'The storage of the server is fuller than 85%; at 95% it becomes read-only.'
    scope: serverId
    metric: 'storage_percent'
    aggregation: 'Maximum'
    threshold: 85
    window: 'PT5M'
    dimensions: []
  }
]

var alertsOfConnections = [
  {
    name: 'database-connections'
    description: 'More than 80% of the connections of the server are taken.'
    scope: serverId
    metric: 'active_connections'
    aggregation: 'Maximum'
    threshold: connections * 8 / 10
    window: 'PT5M'
    dimensions: []
  }
]

var alerts = concat(
  alertsOfApp,
  empty(serverId) ? [] : concat(alertsOfServer, connections > 0 ? alertsOfConnections : [])
)

resource metricAlerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for alert in alerts: {
    name: '${alert.name}-${suffix}'
    location: 'global'
    tags: tags
    properties: {
      description: alert.description
      severity: 2
      enabled: true
      scopes: [alert.scope]
      evaluationFrequency: 'PT1M'
      windowSize: alert.window
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
var ofApp = 'ContainerAppConsoleLogs | where ContainerAppName == "${appName}"'
var requests = '${ofApp} and Log has "Request" | extend line = parse_json(Log) | where line.msg == "Request"'
var logAlerts = [
  {
    name: 'failing-operations'
    description: 'More than 1% of the operations fail by a fault of the server, whatever the status of the reply.'
    query: '${requests} | summarize total = count(), failed = countif(tostring(line.code) in ("DATABASE_UNAVAILABLE", "TIMEOUT", "INTERNAL_SERVER_ERROR")) | where failed > 5 and failed * 100 > total'
    threshold: 0
  }
  {
    name: 'refused-documents'
    description: 'Documents are asked for that are not there: a front end was released before its documents, or somebody tries things.'
    query: '${requests} and tostring(line.code) startswith "PERSISTED_"'
    threshold: 20
  }
  {
    name: 'unexpected-errors'
    description: 'A defect, or a fault in the schema of the database.'
    query: '${ofApp} and Log has "Unexpected error"'
    threshold: 0
  }
  {
    name: 'not-ready'
    description: 'A replica gets no requests: doctor says why.'
    query: '${ofApp} and Log has "Not ready"'
    threshold: 0
  }
  {
    name: 'failing-logins'
    description: 'Tokens or logins fail again and again: the identity, its assignment, or its role.'
    query: '${ofApp} and Log has "A connection to the database failed"'
    threshold: 5
  }
  {
    name: 'failing-telemetry'
    description: 'Traces and metrics do not arrive.'
    query: '${ofApp} and Log has "OpenTelemetry:"'
    threshold: 5
  }
]

// What it measures, once a minute.
var measured = 'AppMetrics | where AppRoleName == "events-graphql" | extend value = Sum / ItemCount'
var measureAlerts = [
  {
    name: 'token-ends'
    description: 'The token of a replica ends within a minute, and there is no newer one.'
    query: '${measured} | where Name == "events_graphql.token.time_to_expiry" and value < 60'
    threshold: 0
  }
  {
    name: 'failing-tokens'
    description: 'The endpoint of the identity gives no tokens: the endpoint, or the assignment.'
    query: '${measured} | where Name == "events_graphql.token.refreshes" and isnotempty(Properties["error.type"]) and value > 0'
    threshold: 5
  }
  {
    name: 'waiting-statements'
    description: 'Statements wait for a connection: the pool is the bottleneck.'
    query: '${measured} | where Name == "db.client.connection.pending_requests" and value > 0'
    threshold: 5
  }
  {
    name: 'busy-processor'
    description: 'The event loop is late by more than a tenth of a second: more replicas.'
    query: '${measured} | where Name == "nodejs.eventloop.delay.p99" and value > 0.1'
    threshold: 5
  }
]

resource logQueries 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in concat(logAlerts, measures ? measureAlerts : []): {
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
            query: alert.query
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
