# Functions for the hooks that run jobs of the environment. Sourced, not run.

# Runs az containerapp COMMAND in the app's resource group: app COMMAND OPTION...
app() {
  command=$1
  shift
  # shellcheck disable=SC2086 # A command of several words becomes several arguments.
  az containerapp $command --resource-group "$AZURE_RESOURCE_GROUP" --subscription "$AZURE_SUBSCRIPTION_ID" "$@"
}

# Starts a job, waits for it and prints its output: run NAME [OPTION...]. Fails if the job or az fails. Azure ends a job
# after an hour at most.
run() {
  job=$1
  shift
  execution=$(app 'job start' --name "$job" "$@" --query name --output tsv) || return
  echo "The job $job runs as $execution."
  attempts=0
  status=''
  while [ "$attempts" -lt 360 ]; do
    status=$(app 'job execution show' --name "$job" --job-execution-name "$execution" \
      --query properties.status --output tsv) || return
    case "$status" in
      Succeeded | Failed | Stopped | Degraded) break ;;
    esac
    attempts=$((attempts + 1))
    sleep 10
  done
  # Azure may have removed the replica already. The workspace then has its output some minutes later.
  app 'job logs show' --name "$job" --execution "$execution" --container events-graphql --format text --tail 300 || cat >&2 <<EOF
Azure does not show the job's output. Try again:
  az containerapp job logs show --name $job --resource-group $AZURE_RESOURCE_GROUP --execution $execution --container events-graphql
or query the workspace in a few minutes:
  ContainerAppConsoleLogs | where ContainerGroupName startswith "$execution" | order by TimeGenerated asc | project Log
EOF
  [ "$status" = Succeeded ] && return
  echo "The job $job did not succeed ($status). Its output says why; docs/operator.md describes its command." >&2
  return 1
}
