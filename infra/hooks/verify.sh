#!/bin/sh
# At the end of azd up: whether the app runs, and reaches its database. It fails where one of them is not so.
set -eu
. "$(dirname "$0")/job.sh"

of_app() { app show --name "$APP_NAME" --output tsv --query "$1"; }
variable() { of_app "properties.template.containers[0].env[?name=='$1'].value | [0]"; }

revision=$(of_app properties.latestRevisionName)
attempts=0
until [ "$(of_app properties.latestReadyRevisionName)" = "$revision" ]; do
  attempts=$((attempts + 1))
  if [ "$attempts" -ge 60 ]; then
    app 'revision show' --name "$APP_NAME" --revision "$revision" --output yaml \
      --query 'properties.{state: runningState, details: runningStateDetails, health: healthState}' >&2 || true
    app 'logs show' --name "$APP_NAME" --revision "$revision" --format text --tail 50 >&2 || true
    cat >&2 <<EOF
The revision $revision is not ready after 5 minutes; the one before it serves on. Above is what Azure and the revision say.
The way to the database, step by step, is tried by
  az containerapp job start --name $DOCTOR_JOB_NAME --resource-group $AZURE_RESOURCE_GROUP
EOF
    exit 1
  fi
  sleep 5
done

if run "$DOCTOR_JOB_NAME"; then
  failed=0 verdict='healthy: the app is ready, and doctor found nothing wrong'
else
  failed=1 verdict='not healthy: the app is ready, but doctor did not succeed; what is above says why'
fi

audience=$(variable AUTH_AUDIENCE)
cat <<EOF

URL       $APP_URL
role      $(variable PGUSER)
audience  ${audience:-none: nobody is asked for a token}
verdict   $verdict
EOF
if [ "$audience" = "api://$AZURE_ENV_NAME" ]; then
  echo 'Nobody is let in yet: infra/register-app.sh registers the app, and says what to set.'
fi
exit "$failed"
