@export()
@description('The variables that let each command of the image log in to the database as an identity.')
func databaseVariables(host string, database string, schema string, role string, clientId string) object => {
  NODE_ENV: 'production'
  PGHOST: host
  PGDATABASE: database
  PGUSER: role
  PG_AUTH: 'user-identity'
  AZURE_CLIENT_ID: clientId
  EVENTS_SCHEMA: schema
}

@export()
@description('The variables that route connections through the built-in PgBouncer.')
func pgBouncerVariables(isUsed bool) object => isUsed ? { PGPORT: '6432' } : {}

@export()
@description('The variables that say how the server authenticates its callers.')
func authVariables(auth string, tenantId string, audience string) object => {
  AUTH: auth
  AUTH_TENANT_ID: auth == 'entra' ? tenantId : ''
  AUTH_AUDIENCE: auth == 'entra' ? audience : ''
}
