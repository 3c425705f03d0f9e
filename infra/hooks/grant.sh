#!/bin/sh
# Runs after publishing, because only the new image contains the new SQL files. Starts the job that creates the schema and
# the job that grants privileges on it, and waits for each to end. If their identity does not administer the server, it
# checks that the app can do without, and otherwise prints their commands.
set -eu
. "$(dirname "$0")/job.sh"

for name in ${MIGRATE_JOB_NAME:-} "$GRANT_JOB_NAME" "$DOCTOR_JOB_NAME"; do
  app 'job update' --name "$name" --image "$SERVICE_API_IMAGE_NAME" --output none
done

if [ -n "${POSTGRES_SERVER_ID:-}" ] && [ "${ADD_GRANT_ADMINISTRATOR:-true}" = false ]; then
  run "$DOCTOR_JOB_NAME" && exit 0
  cat >&2 <<'EOF'
If the app lacks its role or its privileges, an administrator of the server must run this, with PGHOST, PGDATABASE,
EVENTS_SCHEMA and their login as in docs/operator.md; then run azd up again:
EOF
  for name in ${MIGRATE_JOB_NAME:-} "$GRANT_JOB_NAME"; do
    arguments=$(app 'job show' --name "$name" --query "join(' ', properties.template.containers[0].args)" --output tsv)
    echo "  events-graphql $arguments" >&2
  done
  exit 1
fi

if [ -n "${MIGRATE_JOB_NAME:-}" ]; then
  run "$MIGRATE_JOB_NAME"
  echo 'The schema is up to date.'
fi
run "$GRANT_JOB_NAME"
echo "The app's role has its privileges."
