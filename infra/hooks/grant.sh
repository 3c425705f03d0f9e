#!/bin/sh
# After provisioning and publishing. With the published image it runs the job that makes the schema and the one that
# grants on it, and waits for the end of each.
set -eu
. "$(dirname "$0")/job.sh"

if [ -z "${SERVICE_API_IMAGE_NAME:-}" ]; then
  echo 'No image is published yet; the jobs will run once there is one.'
  exit 0
fi

for name in ${MIGRATE_JOB_NAME:-} "$GRANT_JOB_NAME" "$DOCTOR_JOB_NAME"; do
  app 'job update' --name "$name" --image "$SERVICE_API_IMAGE_NAME" --output none
done

if [ -n "${MIGRATE_JOB_NAME:-}" ]; then
  run "$MIGRATE_JOB_NAME"
  echo 'The schema is up to date.'
fi
run "$GRANT_JOB_NAME"
echo 'The role of the app has its privileges.'
