#!/bin/sh
# Runs before provisioning. Lists at once every problem that Azure would report only after minutes, each with the command
# that fixes it.
set -eu

problems=''
problem() {
  problems="$problems
- $1
    $2"
}

finish() {
  [ -z "$problems" ] && exit 0
  printf 'Azure would refuse this deployment:%s\n' "$problems" >&2
  exit 1
}

az extension show --name containerapp --output none 2>/dev/null ||
  problem 'The Azure CLI lacks the extension containerapp, which starts the jobs and shows their output.' 'az extension add --name containerapp'

# The other checks need a subscription that az can access. azd has a login of its own.
if [ -z "${AZURE_SUBSCRIPTION_ID:-}" ]; then
  # shellcheck disable=SC2016 # The reader runs the command, not this script.
  problem 'No subscription is chosen.' 'azd env set AZURE_SUBSCRIPTION_ID "$(az account show --query id --output tsv)"'
  finish
fi
if ! az account show --subscription "$AZURE_SUBSCRIPTION_ID" --output none; then
  problem "The Azure CLI has no access to the subscription $AZURE_SUBSCRIPTION_ID." 'az login'
  finish
fi

location="${AZURE_LOCATION:-westeurope}"
group="${AZURE_RESOURCE_GROUP:-rg-$AZURE_ENV_NAME}"

quotas='https://portal.azure.com/#view/Microsoft_Azure_Capacity/QuotaMenuBlade/~/myQuotas'
registered=$(az provider list --subscription "$AZURE_SUBSCRIPTION_ID" --output tsv \
  --query "[?registrationState=='Registered'].namespace")
# Succeeds if a quota has room: is_enough NEEDED 'LIMIT USED'. Also succeeds if Azure reports no quota; Azure then decides.
is_enough() {
  left=$(printf '%s\n' "$2" | awk 'NF == 2 { print $1 - $2 }')
  [ -z "$left" ] || [ "$left" -ge "$1" ]
}

is_registered() { printf '%s\n' "$registered" | grep -qixF "$1"; }

# Succeeds if this environment has a resource of the type already. It asks Azure, because azd knows no outputs of a
# provisioning that failed halfway, nor on another machine.
has() {
  [ -n "$(az resource list --resource-type "$1" --resource-group "$group" --subscription "$AZURE_SUBSCRIPTION_ID" \
    --query "[?tags.\"azd-env-name\"=='$AZURE_ENV_NAME'].id" --output tsv 2>/dev/null)" ]
}

# Microsoft.App is built on Microsoft.ContainerService and needs it.
for provider in Microsoft.App Microsoft.ContainerRegistry Microsoft.ContainerService Microsoft.DBforPostgreSQL \
  Microsoft.Insights Microsoft.ManagedIdentity Microsoft.Network Microsoft.OperationalInsights; do
  is_registered "$provider" || problem "The resource provider $provider is not registered in the subscription." \
    "az provider register --namespace $provider --wait --subscription $AZURE_SUBSCRIPTION_ID"
done

# What the region offers for a new server.
size="${POSTGRES_SIZE:-Standard_D2ds_v5}"
if [ -z "${POSTGRES_SERVER_ID:-}" ] && is_registered Microsoft.DBforPostgreSQL &&
  ! has Microsoft.DBforPostgreSQL/flexibleServers; then
  offered=$(az postgres flexible-server list-skus --location "$location" --subscription "$AZURE_SUBSCRIPTION_ID" \
    --output tsv --query '[].supportedServerEditions[].supportedServerSkus[].name') || offered=''
  if [ -z "$offered" ]; then
    problem "$location has no PostgreSQL servers for this subscription." 'azd env set AZURE_LOCATION <another region>'
  elif ! printf '%s\n' "$offered" | grep -qxF "$size"; then
    problem "$location has no PostgreSQL servers of the size $size." \
      'azd env set POSTGRES_SIZE <another size>, or azd env set AZURE_LOCATION <another region>'
  fi

  # Standard_D2ds_v5 needs 2 cores of the quota standardDDSv5Family, Standard_B1ms 1 of standardBSFamily.
  cores=$(printf '%s\n' "$size" | sed 's/^Standard_[A-Z]*\([0-9]*\).*/\1/')
  case "$size" in
    Standard_B*) family=standardBSFamily ;;
    *) family=standard$(printf '%s\n' "${size#Standard_}" | sed 's/[0-9]*\([a-z]*\)_v/\1/; s/[0-9]*$//' | tr a-z A-Z)v${size##*_v}Family ;;
  esac
  [ "${POSTGRES_HIGH_AVAILABILITY:-Disabled}" = Disabled ] || cores=$((cores * 2))
  usages="/subscriptions/$AZURE_SUBSCRIPTION_ID/providers/Microsoft.DBforPostgreSQL/locations/$location/resourceType/flexibleServers/usages?api-version=2025-08-01"
  for quota in cores "$family"; do
    is_enough "$cores" "$(az rest --url "$usages" --output tsv 2>/dev/null \
      --query "value[?name.value=='$quota'].[limit, currentValue] | [0]" | tr '\n' ' ')" ||
      problem "The quota $quota of PostgreSQL servers in $location has fewer than the $cores vCores that $size needs." \
        "az rest --url '$usages'; a larger one: $quotas, or azd env set POSTGRES_SIZE <another size>"
  done
fi

# The quota for a new Container Apps environment. Its quota of cores is known only once it exists.
if is_registered Microsoft.App && ! has Microsoft.App/managedEnvironments; then
  is_enough 1 "$(az containerapp list-usages --location "$location" --subscription "$AZURE_SUBSCRIPTION_ID" --output tsv 2>/dev/null \
    --query "value[?name.value=='ManagedEnvironmentCount'].[limit, currentValue] | [0]" | tr '\n' ' ')" ||
    problem "The subscription has reached its limit of Container Apps environments in $location." \
      "az containerapp list-usages --location $location --subscription $AZURE_SUBSCRIPTION_ID; a larger one: $quotas, or azd env set AZURE_LOCATION <another region>"
fi

# Checks a resource that must exist already, and leaves its region in $region: existing KIND ID.
existing() {
  region=''
  case "$2" in
    /subscriptions/"$AZURE_SUBSCRIPTION_ID"/*)
      region=$(az resource show --ids "$2" --query location --output tsv) ||
        problem "There is no $1 $2, or you may not see it." "az resource show --ids $2"
      ;;
    *)
      theirs=${2#/subscriptions/}
      problem "The $1 $2 is not in the subscription $AZURE_SUBSCRIPTION_ID." \
        "azd env set AZURE_SUBSCRIPTION_ID ${theirs%%/*}"
      ;;
  esac
}

subnet="${APP_SUBNET_ID:-}"
network="${VNET_ID:-${subnet%/subnets/*}}"
if [ -n "$network" ]; then
  existing network "$network"
  [ -z "$region" ] || [ "$region" = "$location" ] ||
    problem "The network $network is in $region, but the deployment is for $location." "azd env set AZURE_LOCATION $region"
fi
if [ -n "${REGISTRY_ID:-}" ]; then
  existing registry "$REGISTRY_ID"
  mode=$(az resource show --ids "$REGISTRY_ID" --query properties.roleAssignmentMode --output tsv 2>/dev/null) || mode=''
  case "$mode,${REGISTRY_ABAC:-false}" in
    AbacRepositoryPermissions,false)
      problem "The registry $REGISTRY_ID uses repository permissions (ABAC), so the role AcrPull has no effect." 'azd env set REGISTRY_ABAC true'
      ;;
    LegacyRegistryPermissions,true)
      problem "The registry $REGISTRY_ID does not use repository permissions (ABAC)." 'azd env set REGISTRY_ABAC false'
      ;;
  esac
fi

finish
