#!/bin/sh
# Runs before azd down. azd down keeps whatever was created inside resources that existed before. This hook lists it, with
# the command that deletes each part afterwards. It also detaches our security groups from subnets of an existing network:
# Azure does not delete a group that is in use, so azd down would fail. The next provisioning attaches them again.
set -eu

group="${AZURE_RESOURCE_GROUP:-rg-$AZURE_ENV_NAME}"

# Runs az for information only, so a failure stops nothing: ask COMMAND...
ask() { az "$@" --output tsv || true; }
# The name that follows KIND in a resource id: name KIND ID.
name() { printf '%s\n' "$2" | sed "s|.*/$1/||; s|/.*||"; }
principal() {
  ask identity list --resource-group "$group" --subscription "$AZURE_SUBSCRIPTION_ID" \
    --query "[?starts_with(name, 'id-$1-')].principalId | [0]"
}

stays=''
stay() {
  stays="$stays
- $1
    $2"
}
each() {
  for id in $3; do
    stay "$1 $(name "$2" "$id")" "$4 $id"
  done
}

echo "azd down deletes the resource group $group with everything in it, including the data of a server there."

network="${VNET_ID:-}"
if [ -n "$network" ] && [ -z "${APP_SUBNET_ID:-}" ]; then
  for subnet in $(ask network vnet show --ids "$network" \
    --query "subnets[?networkSecurityGroup && contains(networkSecurityGroup.id, '/resourceGroups/$group/')].id"); do
    az network vnet subnet update --ids "$subnet" --remove networkSecurityGroup --output none
    echo "The subnet $(name subnets "$subnet") was detached from its security group, so that azd down can delete the group."
  done
  each 'the subnet' subnets \
    "$(ask network vnet show --ids "$network" --query "subnets[?starts_with(name, 'snet-events-')].id")" \
    'az network vnet subnet delete --ids'
fi

subnet="${APP_SUBNET_ID:-}"
app_network="${subnet%/subnets/*}"
app_network="${app_network:-${network:-/resourceGroups/$group/}}"

if [ -n "${POSTGRES_ZONE_ID:-}" ]; then
  each 'the link of the private zone' virtualNetworkLinks "$(ask network private-dns link vnet list \
    --subscription "$(name subscriptions "$POSTGRES_ZONE_ID")" --resource-group "$(name resourceGroups "$POSTGRES_ZONE_ID")" \
    --zone-name "$(name privateDnsZones "$POSTGRES_ZONE_ID")" \
    --query "[?starts_with(name, 'events-') && contains(virtualNetwork.id, '$app_network')].id")" \
    'az network private-dns link vnet delete --yes --ids'
fi

if [ -n "${POSTGRES_VNET_ID:-}" ]; then
  each "the peering in the server's network" virtualNetworkPeerings "$(ask network vnet show --ids "$POSTGRES_VNET_ID" \
    --query "virtualNetworkPeerings[?starts_with(name, 'events-') && contains(remoteVirtualNetwork.id, '$app_network')].id")" \
    'az network vnet peering delete --ids'
  case "$app_network" in
    /subscriptions/*)
      each "the peering in the app's network" virtualNetworkPeerings "$(ask network vnet show --ids "$app_network" \
        --query "virtualNetworkPeerings[?starts_with(name, 'events-') && remoteVirtualNetwork.id == '$POSTGRES_VNET_ID'].id")" \
        'az network vnet peering delete --ids'
      ;;
  esac
fi

if [ -n "${POSTGRES_SERVER_ID:-}" ]; then
  echo "The app's role stays in the database with its privileges, unless its creator, by default the grant job, first runs
\"events-graphql grant --revoke\" (docs/deploy.md, Run grant with other options)."
  granting=''
  [ "${ADD_GRANT_ADMINISTRATOR:-true}" = false ] || granting=$(principal grant)
  for id in $granting ${POSTGRES_ADMIN_OBJECT_ID:-}; do
    stay "the administrator $id of the server" "az postgres flexible-server microsoft-entra-admin delete --yes \
--subscription $(name subscriptions "$POSTGRES_SERVER_ID") --resource-group $(name resourceGroups "$POSTGRES_SERVER_ID") \
--server-name $(name flexibleServers "$POSTGRES_SERVER_ID") --object-id $id"
  done
fi

if [ -n "${REGISTRY_ID:-}" ]; then
  puller=$(principal pull)
  [ -z "$puller" ] || each 'the role assignment for pulling images' roleAssignments \
    "$(ask role assignment list --scope "$REGISTRY_ID" --query "[?principalId=='$puller'].id")" 'az role assignment delete --ids'
  image="${SERVICE_API_IMAGE_NAME:-}"
  repository="${image#*/}"
  [ -z "$image" ] || stay 'the images' \
    "az acr repository delete --yes --name $(name registries "$REGISTRY_ID") --repository ${repository%%[:@]*}"
fi

[ -z "$stays" ] || printf 'These parts of your own resources remain. Delete them after azd down:%s\n' "$stays"
