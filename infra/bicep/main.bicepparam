using './main.bicep'

// Each value comes from the azd environment (azd env set NAME value) or, in the workflow, from the repository's variables.
// Unset ones have their defaults.

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'events')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param resourceGroupName = readEnvironmentVariable('AZURE_RESOURCE_GROUP', '')

param vnetId = readEnvironmentVariable('VNET_ID', '')
param appSubnetId = readEnvironmentVariable('APP_SUBNET_ID', '')
param endpointsSubnetId = readEnvironmentVariable('ENDPOINTS_SUBNET_ID', '')
param databaseSubnetId = readEnvironmentVariable('DATABASE_SUBNET_ID', '')
param vnetAddressPrefix = readEnvironmentVariable('VNET_ADDRESS_PREFIX', '10.60.0.0/24')
param keptNetwork = empty(readEnvironmentVariable('KEPT_NETWORK', ''))
  ? []
  : split(readEnvironmentVariable('KEPT_NETWORK', ''), ',')

param postgresServerId = readEnvironmentVariable('POSTGRES_SERVER_ID', '')
param databaseAccess = readEnvironmentVariable('DATABASE_ACCESS', 'privateEndpoint')
param postgresZoneId = readEnvironmentVariable('POSTGRES_ZONE_ID', '')
param linkPostgresZone = bool(readEnvironmentVariable('LINK_POSTGRES_ZONE', 'true'))
param postgresVnetId = readEnvironmentVariable('POSTGRES_VNET_ID', '')
param databaseName = readEnvironmentVariable('DATABASE_NAME', 'telemetry')
param schemaName = readEnvironmentVariable('SCHEMA_NAME', 'events')
param roleName = readEnvironmentVariable('ROLE_NAME', 'events-app')
param migrations = readEnvironmentVariable('MIGRATIONS', '')
param administrators = empty(readEnvironmentVariable('POSTGRES_ADMIN_OBJECT_ID', ''))
  ? []
  : [
      {
        objectId: readEnvironmentVariable('POSTGRES_ADMIN_OBJECT_ID', '')
        name: readEnvironmentVariable('POSTGRES_ADMIN_NAME', '')
        type: readEnvironmentVariable('POSTGRES_ADMIN_TYPE', 'User')
      }
    ]
param addGrantAdministrator = bool(readEnvironmentVariable('ADD_GRANT_ADMINISTRATOR', 'true'))
param appMayWrite = bool(readEnvironmentVariable('APP_MAY_WRITE', 'false'))
param appMayDelete = bool(readEnvironmentVariable('APP_MAY_DELETE', 'false'))
param postgresSize = readEnvironmentVariable('POSTGRES_SIZE', 'Standard_D2ds_v5')
param postgresVersion = readEnvironmentVariable('POSTGRES_VERSION', '17')
param postgresStorageGB = int(readEnvironmentVariable('POSTGRES_STORAGE_GB', '128'))
param postgresHighAvailability = readEnvironmentVariable('POSTGRES_HIGH_AVAILABILITY', 'Disabled')
param postgresBackupDays = int(readEnvironmentVariable('POSTGRES_BACKUP_DAYS', '14'))
param postgresGeoBackup = bool(readEnvironmentVariable('POSTGRES_GEO_BACKUP', 'false'))
param postgresExtensions = empty(readEnvironmentVariable('POSTGRES_EXTENSIONS', ''))
  ? []
  : split(readEnvironmentVariable('POSTGRES_EXTENSIONS', ''), ',')
param postgresAvailabilityZone = readEnvironmentVariable('POSTGRES_AVAILABILITY_ZONE', '')
param postgresMaintenanceDay = int(readEnvironmentVariable('POSTGRES_MAINTENANCE_DAY', '0'))
param postgresMaintenanceHour = int(readEnvironmentVariable('POSTGRES_MAINTENANCE_HOUR', '2'))
param usePgBouncer = bool(readEnvironmentVariable('USE_PGBOUNCER', 'false'))
param existingServerConnections = int(readEnvironmentVariable('EXISTING_SERVER_CONNECTIONS', '100'))
param existingServerMaxConnections = int(readEnvironmentVariable('EXISTING_SERVER_MAX_CONNECTIONS', '0'))

param image = readEnvironmentVariable('SERVICE_API_IMAGE_NAME', '')
param registryId = readEnvironmentVariable('REGISTRY_ID', '')
param registryAbac = bool(readEnvironmentVariable('REGISTRY_ABAC', 'false'))
param workspaceId = readEnvironmentVariable('WORKSPACE_ID', '')
param logRetentionDays = int(readEnvironmentVariable('LOG_RETENTION_DAYS', '30'))
param internal = bool(readEnvironmentVariable('INTERNAL', 'true'))
param allowedAddresses = empty(readEnvironmentVariable('ALLOWED_ADDRESSES', ''))
  ? []
  : split(readEnvironmentVariable('ALLOWED_ADDRESSES', ''), ',')
param trustedProxies = int(readEnvironmentVariable('APP_TRUSTED_PROXIES', '1'))
param customDomain = readEnvironmentVariable('CUSTOM_DOMAIN', '')
param customDomainCertificateId = readEnvironmentVariable('CUSTOM_DOMAIN_CERTIFICATE_ID', '')
param zoneRedundant = bool(readEnvironmentVariable('ZONE_REDUNDANT', 'false'))
param auth = readEnvironmentVariable('APP_AUTH', 'entra')
param authAudience = readEnvironmentVariable('APP_AUTH_AUDIENCE', '')
param corsOrigins = readEnvironmentVariable('APP_CORS_ORIGINS', '')
param graphiql = bool(readEnvironmentVariable('APP_GRAPHIQL', 'false'))
param documents = readEnvironmentVariable('APP_DOCUMENTS', 'persisted-only')
param appCpu = readEnvironmentVariable('APP_CPU', '0.5')
param appMemory = readEnvironmentVariable('APP_MEMORY', '1Gi')
param minReplicas = int(readEnvironmentVariable('MIN_REPLICAS', '1'))
param maxReplicas = int(readEnvironmentVariable('MAX_REPLICAS', '4'))
param poolSize = int(readEnvironmentVariable('POOL_SIZE', '10'))
param concurrentRequests = int(readEnvironmentVariable('CONCURRENT_REQUESTS', '50'))
param otlpEndpoint = readEnvironmentVariable('OTLP_ENDPOINT', '')
param applicationInsights = bool(readEnvironmentVariable('APPLICATION_INSIGHTS', 'false'))
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
