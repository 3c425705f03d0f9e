# Jobs of the environment: what the hooks that run them share. It is read by them, not run.

# az containerapp COMMAND in the group: app COMMAND OPTION...
app() {
  command=$1
  shift
  # shellcheck disable=SC2086 # A command of several words is several arguments.
  az containerapp $command --resource-group "$AZURE_RESOURCE_GROUP" --subscription "$AZURE_SUBSCRIPTION_ID" "$@"
}

# Starts a job, waits for it and prints its lines: run NAME [OPTION...]. It fails where the job or az does. A job itself is
# ended after 300 seconds.
run() {
  job=$1
  shift
  execution=$(app 'job start' --name "$job" "$@" --query name --output tsv) || return
  echo "The job $job runs as $execution."
  attempts=0
  status=''
  while [ "$attempts" -lt 120 ]; do
    status=$(app 'job execution show' --name "$job" --job-execution-name "$execution" \
      --query properties.status --output tsv) || return
    case "$status" in
      Succeeded | Failed | Stopped | Degraded) break ;;
    esac
    attempts=$((attempts + 1))
    sleep 5
  done
  # Azure may have put the replica away already; the workspace has its lines then, some minutes later.
  app 'job logs show' --name "$job" --execution "$execution" --container events-graphql --format text --tail 300 || cat >&2 <<EOF
Azure does not show what the job printed. Ask again:
  az containerapp job logs show --name $job --resource-group $AZURE_RESOURCE_GROUP --execution $execution --container events-graphql
or the workspace in some minutes:
  ContainerAppConsoleLogs | where ContainerGroupName startswith "$execution" | order by TimeGenerated asc | project Log
EOF
  [ "$status" = Succeeded ] && return
  echo "The job $job did not succeed ($status). See docs/deploy.md." >&2
  return 1
}
