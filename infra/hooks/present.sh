#!/bin/sh
# Runs before provisioning. Protects what the template would reset: the app's image, which a fresh azd environment does not
# know and would replace with the placeholder; routes, gateways and DNS servers that others added to the network, which a
# deployment of the network or a subnet would remove; and a server's storage, which has grown and cannot shrink.
set -eu

group="${AZURE_RESOURCE_GROUP:-rg-$AZURE_ENV_NAME}"
exists=$(az group exists --name "$group" --subscription "$AZURE_SUBSCRIPTION_ID")

# A subnet without a security group was detached by leftovers.sh. It is not kept: deploying it attaches the group again.
made="subnets[?networkSecurityGroup && starts_with(name, 'snet-events-')].name"
kept=''
if [ -n "${VNET_ID:-}" ] && [ -z "${APP_SUBNET_ID:-}" ]; then
  kept=$(az network vnet show --ids "$VNET_ID" --query "$made" --output tsv)
elif [ "$exists" = true ] && [ -z "${APP_SUBNET_ID:-}" ]; then
  kept=$(az network vnet list --resource-group "$group" --subscription "$AZURE_SUBSCRIPTION_ID" --output tsv \
    --query "[?starts_with(name, 'vnet-events-')].[name, $made][][]")
fi
azd env set KEPT_NETWORK "$(printf '%s' "$kept" | tr '\n' ',')"

[ "$exists" = true ] || exit 0

if [ -z "${POSTGRES_SERVER_ID:-}" ]; then
  servers="/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/$group/providers/Microsoft.DBforPostgreSQL/flexibleServers"
  storage=$(az rest --url "$servers?api-version=2025-08-01" --output tsv \
    --query "value[?tags.\"azd-env-name\"=='$AZURE_ENV_NAME'].properties.storage.storageSizeGB | [0]")
  if [ "${storage:-0}" -gt "${POSTGRES_STORAGE_GB:-128}" ]; then
    echo "The server keeps its storage of $storage GiB."
    azd env set POSTGRES_STORAGE_GB "$storage"
  fi
fi

[ -z "${SERVICE_API_IMAGE_NAME:-}" ] || exit 0
image=$(az containerapp list --resource-group "$group" --subscription "$AZURE_SUBSCRIPTION_ID" --output tsv \
  --query "[?tags.\"azd-service-name\"=='api'].properties.template.containers[0].image | [0]")
case "$image" in
  '' | mcr.microsoft.com/k8se/*) ;;
  *)
    echo "The app keeps its image $image."
    azd env set SERVICE_API_IMAGE_NAME "$image"
    ;;
esac
