#!/bin/sh
# Before provisioning. A fresh azd environment does not know the image of an app that is there already, and without one
# the template would put its placeholder in the place of that app.
set -eu

[ -z "${SERVICE_API_IMAGE_NAME:-}" ] || exit 0
group="${AZURE_RESOURCE_GROUP:-rg-$AZURE_ENV_NAME}"
exists=$(az group exists --name "$group" --subscription "$AZURE_SUBSCRIPTION_ID")
[ "$exists" = true ] || exit 0

image=$(az containerapp list --resource-group "$group" --subscription "$AZURE_SUBSCRIPTION_ID" --output tsv \
  --query "[?tags.\"azd-service-name\"=='api'].properties.template.containers[0].image | [0]")
case "$image" in
  '' | mcr.microsoft.com/k8se/*) ;;
  *)
    echo "The app runs $image: it stays."
    azd env set SERVICE_API_IMAGE_NAME "$image"
    ;;
esac
