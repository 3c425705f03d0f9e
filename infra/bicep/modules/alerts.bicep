@description('The suffix of every name.')
param suffix string

@description('The mail address that alerts go to.')
param emailAddress string

@description('The app.')
param appId string

@description('The PostgreSQL server; empty: no alerts on it, because it is in another subscription.')
param serverId string

@description('The connections that the server has for all its users; 0: unknown, so there is no alert on them.')
param connections int

@description('The Log Analytics workspace with the app\'s logs.')
param workspaceId string

@description('True if the app\'s metrics reach the workspace.')
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

// Alerts on what clients see. A 503 tells clients when to retry, so it matters only if it persists.
var alertsOfApp = [
  {
    name: 'failing-requests'
    description: 'More than 10 responses with a 5xx other than 503 in 5 minutes.'
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
    description: 'More than 100 responses with a 503 in 15 minutes: the app, its database or the token issuer is unavailable, or the app lacks memory.'
    scope: appId
    metric: 'Requests'
    aggregation: 'Total'
    threshold: 100
    window: 'PT15M'
    dimensions: [{ name: 'statusCode', operator: 'Include', values: ['503'] }]
  }
  {
    name: 'restarts'
    description: 'A replica restarted more than 3 times.'
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
    description: 'The server uses more than 85% of its CPU.'
    scope: serverId
    metric: 'cpu_percent'
    aggregation: 'Average'
    threshold: 85
    window: 'PT5M'
    dimensions: []
  }
  {
    name: 'database-storage'
    description: 'The server uses more than 85% of its storage; at 95% it becomes read-only.'
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
    description: 'More than 80% of the server\'s connections are in use.'
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

// Alerts on the app's log.
var ofApp = 'ContainerAppConsoleLogs | where ContainerAppName == "${appName}"'
var requests = '${ofApp} and Log has "Request" | extend line = parse_json(Log) | where line.msg == "Request"'
var logAlerts = [
  {
    name: 'failing-operations'
    description: 'More than 1% of the operations fail through a fault of the server, whatever the status of the response.'
    query: '${requests} | summarize total = count(), failed = countif(tostring(line.code) in ("DATABASE_UNAVAILABLE", "TIMEOUT", "INTERNAL_SERVER_ERROR")) | where failed > 5 and failed * 100 > total'
    threshold: 0
  }
  {
    name: 'refused-documents'
    description: 'Clients request persisted documents that do not exist or no longer fit: a front end was released before its documents, or somebody is probing.'
    query: '${requests} and tostring(line.code) startswith "PERSISTED_" and tostring(line.code) != "PERSISTED_QUERY_NOT_FOUND"'
    threshold: 20
  }
  {
    name: 'unexpected-errors'
    description: 'The log has unexpected errors: a defect in the server, or a fault in the database schema.'
    query: '${ofApp} and Log has "Unexpected error"'
    threshold: 0
  }
  {
    name: 'not-ready'
    description: 'A replica reaches no database or cannot build the API, and gets no requests. The line Not ready in the log has the reason; if that lies in the database, doctor finds it.'
    query: '${ofApp} and Log has "Not ready"'
    threshold: 0
  }
  {
    name: 'failing-logins'
    description: 'Tokens or logins fail repeatedly. The line has the step: the identity and its assignment, the network, or the database role.'
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

// Alerts on the app's metrics, which it sends once a minute.
var measured = 'AppMetrics | where AppRoleName == "events-graphql" | extend value = Sum / ItemCount'
var measureAlerts = [
  {
    name: 'token-ends'
    description: 'The newest token with which a replica has an open connection expires within 45 seconds or has expired.'
    query: '${measured} | where Name == "events_graphql.token.time_to_expiry" and value < 45'
    threshold: 0
  }
  {
    name: 'failing-tokens'
    description: 'The identity endpoint issues no tokens. Check the endpoint, and the identity\'s assignment to the app.'
    query: '${measured} | where Name == "events_graphql.token.refreshes" and isnotempty(Properties["error.type"]) and value > 0'
    threshold: 5
  }
  {
    name: 'waiting-statements'
    description: 'Statements wait for a connection, so the pool is the bottleneck.'
    query: '${measured} | where Name == "db.client.connection.pending_requests" and value > 0'
    threshold: 5
  }
  {
    name: 'busy-processor'
    description: 'The event loop lags by more than a tenth of a second. Add replicas.'
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
      // A new workspace has no log table until the first log line arrives.
      skipQueryValidation: true
      actions: { actionGroups: [operators.id] }
    }
  }
]
