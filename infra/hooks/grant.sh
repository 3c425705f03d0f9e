#!/bin/sh
# After provisioning and publishing. With the published image it runs the job that makes the schema and the one that
# grants on it, and waits for the end of each.
set -eu

if [ -z "${SERVICE_API_IMAGE_NAME:-}" ]; then
  echo 'No image is published yet: the jobs run when there is one.'
  exit 0
fi

job() {
  command=$1
  shift
  # shellcheck disable=SC2086 # A command of two words is two arguments.
  az containerapp job $command --resource-group "$AZURE_RESOURCE_GROUP" --subscription "$AZURE_SUBSCRIPTION_ID" "$@"
}

# Starts a job and waits for it: run NAME WHAT-IT-DID. A job itself is ended after 300 seconds.
run() {
  execution=$(job start --name "$1" --query name --output tsv)
  echo "The job $1 runs as $execution."
  attempts=0
  while [ "$attempts" -lt 120 ]; do
    status=$(job 'execution show' --name "$1" --job-execution-name "$execution" --query properties.status --output tsv)
    case "$status" in
      Succeeded)
        echo "$2"
        return
        ;;
      Failed | Stopped | Degraded) break ;;
    esac
    attempts=$((attempts + 1))
    sleep 5
  done
  cat >&2 <<EOF
The job $1 did not succeed ($status). What it printed:
  az containerapp job logs show --name $1 --resource-group $AZURE_RESOURCE_GROUP --execution $execution --container events-graphql
What to do then: docs/deploy.md.
EOF
  exit 1
}

for name in ${MIGRATE_JOB_NAME:-} "$GRANT_JOB_NAME" "$DOCTOR_JOB_NAME"; do
  job update --name "$name" --image "$SERVICE_API_IMAGE_NAME" --output none
done

[ -z "${MIGRATE_JOB_NAME:-}" ] || run "$MIGRATE_JOB_NAME" 'The schema is up to date.'
run "$GRANT_JOB_NAME" 'The role of the app has its grants.'
