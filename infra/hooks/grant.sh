#!/bin/sh
# After provisioning and publishing. Runs the grant job with the published image and waits for its end.
set -eu

if [ -z "${SERVICE_API_IMAGE_NAME:-}" ]; then
  echo 'No image is published yet: the grant job runs when there is one.'
  exit 0
fi

job() {
  command=$1
  shift
  # shellcheck disable=SC2086 # A command of two words is two arguments.
  az containerapp job $command --resource-group "$AZURE_RESOURCE_GROUP" --subscription "$AZURE_SUBSCRIPTION_ID" "$@"
}

for name in "$GRANT_JOB_NAME" "$DOCTOR_JOB_NAME"; do
  job update --name "$name" --image "$SERVICE_API_IMAGE_NAME" --output none
done

execution=$(job start --name "$GRANT_JOB_NAME" --query name --output tsv)
echo "The grant job runs as $execution."

# The job itself is ended after 300 seconds.
attempts=0
while [ "$attempts" -lt 120 ]; do
  status=$(job 'execution show' --name "$GRANT_JOB_NAME" --job-execution-name "$execution" \
    --query properties.status --output tsv)
  case "$status" in
    Succeeded)
      echo 'The role of the app has its grants.'
      exit 0
      ;;
    Failed | Stopped | Degraded) break ;;
  esac
  attempts=$((attempts + 1))
  sleep 5
done

cat >&2 <<EOF
The grant job did not succeed ($status). What it printed:
  az containerapp job logs show --name $GRANT_JOB_NAME --resource-group $AZURE_RESOURCE_GROUP --execution $execution --container events-graphql
A new server has no schema yet: make it, then run this again (docs/deploy.md).
EOF
exit 1
