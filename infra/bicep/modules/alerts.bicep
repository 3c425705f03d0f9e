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
