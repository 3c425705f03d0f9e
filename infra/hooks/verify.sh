#!/bin/sh
# Runs at the end of azd up. Checks that the app runs, reaches its database and answers a document, and fails otherwise.
set -eu
. "$(dirname "$0")/job.sh"
. "$(dirname "$0")/ask.sh"

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
The revision $revision is not ready after 5 minutes. The previous revision, if there is one, keeps serving. The lines above
are from Azure and from the revision's log. To check the path to the database step by step, and print what doctor finds, run
  sh -c 'eval "\$(azd env get-values)"; . infra/hooks/job.sh; run "\$DOCTOR_JOB_NAME"'
EOF
    exit 1
  fi
  sleep 5
done

audience=$(variable AUTH_AUDIENCE)
# The sample's document Devices exists as long as the image serves the sample.
document="${VERIFY_DOCUMENT:-}"
case "$document,$(variable PERSISTED_DOCUMENTS)" in ,*sample/documents*) document=Devices ;; esac

failed=0
if ! run "$DOCTOR_JOB_NAME"; then
  failed=1 verdict='not healthy: the app is ready, but doctor found a problem or did not finish; see the lines above'
elif [ "$audience" = "api://$AZURE_ENV_NAME" ]; then
  verdict='healthy, but it rejects every caller: run infra/register-app.sh, then the command that it prints, then azd up'
elif [ -z "$document" ] || [ "$document" = none ]; then
  verdict='healthy: doctor found nothing wrong. No document was sent: azd env set VERIFY_DOCUMENT <id of one without variables>'
elif ask "$APP_URL/$document" "$audience"; then
  verdict="healthy: doctor found nothing wrong, and the document $document was answered"
else
  failed=1 verdict="not healthy: doctor found nothing wrong, but the document $document was not answered; see the lines above"
fi

cat <<EOF

URL       $APP_URL
role      $(variable PGUSER)
audience  ${audience:-none: callers need no token}
verdict   $verdict
EOF
exit "$failed"
