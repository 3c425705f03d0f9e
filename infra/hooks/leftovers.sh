#!/bin/sh
# Before azd down. What was made in resources that were there before stays; this says what, each with the command that
# deletes it afterwards. It takes the security groups of the environment off subnets of such a network: Azure deletes no
# group that is in use, so azd down would stop there. The next provisioning puts them back.
set -eu

group="${AZURE_RESOURCE_GROUP:-rg-$AZURE_ENV_NAME}"

# What only informs does not stop anything: ask COMMAND...
ask() { az "$@" --output tsv || true; }
# The name after KIND in an id: name KIND ID.
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
  each 'the peering in the network of the server' virtualNetworkPeerings "$(ask network vnet show --ids "$POSTGRES_VNET_ID" \
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
  echo 'The role of the app stays in the database with its privileges, unless you run "events-graphql grant --revoke" first.'
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
  [ -z "$puller" ] || each 'the right to pull' roleAssignments \
    "$(ask role assignment list --scope "$REGISTRY_ID" --query "[?principalId=='$puller'].id")" 'az role assignment delete --ids'
  image="${SERVICE_API_IMAGE_NAME:-}"
  repository="${image#*/}"
  [ -z "$image" ] || stay 'the images' \
    "az acr repository delete --yes --name $(name registries "$REGISTRY_ID") --repository ${repository%%[:@]*}"
fi

[ -z "$stays" ] || printf 'These parts of your own resources remain. Delete them after azd down:%s\n' "$stays"
