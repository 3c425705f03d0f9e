#!/bin/sh
# Registers the API in Entra ID: register-app.sh [NAME [CLIENT_ID|ADDRESS...]]. Run again, it brings the registration of
# that name up to date: its audience, its app roles, the clients that get tokens for it without anybody's consent, which
# are the Azure CLI and those that are given, and the addresses of the servers to whose pages people sign in.
set -eu

name="${1:-events-graphql}"
[ $# -eq 0 ] || shift
azure_cli=04b07795-8ddb-461a-bbee-02f9e1bf7b46

usage() {
  echo "$1. Usage: register-app.sh [NAME [CLIENT_ID|ADDRESS...]]" >&2
  exit 2
}
case "$name" in *[!A-Za-z0-9._-]*) usage "A name has letters, digits, '.', '_' and '-', not '$name'" ;; esac
clients=$azure_cli
pages=''
for given in "$@"; do
  case "$given" in
    *[!A-Za-z0-9.:/_-]*) usage "A client id is a GUID, an address a URL, not '$given'" ;;
    https://* | http://localhost*) pages="$pages${pages:+, }\"${given%/}/sign-in\"" ;;
    *[!0-9A-Fa-f-]*) usage "A client id is a GUID, an address begins with https://, not '$given'" ;;
    *) clients="$clients $given" ;;
  esac
done

found=$(az ad app list --filter "displayName eq '$name'" --query '[].appId' --output tsv)
case "$found" in
  '') app=$(az ad app create --display-name "$name" --sign-in-audience AzureADMyOrg --query appId --output tsv) ;;
  *[!0-9A-Fa-f-]*)
    echo "Several apps are called $name; choose another name, or delete all but one:" "$found" >&2
    exit 1
    ;;
  *) app=$found ;;
esac

of_app() { az ad app show --id "$app" --query "$1" --output tsv; }

# What has an id already keeps it, since the assignments of a role name it: id_of COLLECTION VALUE OTHERWISE.
id_of() {
  known=$(of_app "$1[?value=='$2'].id | [0]")
  echo "${known:-$3}"
}

# role VALUE NAME DESCRIPTION OTHERWISE
role() {
  role_id=$(id_of appRoles "$1" "$4")
  echo "{\"id\": \"$role_id\", \"value\": \"$1\", \"displayName\": \"$2\", \"description\": \"$3\",
    \"allowedMemberTypes\": [\"User\", \"Application\"], \"isEnabled\": true}"
}

object=$(of_app id)
update() {
  az rest --method PATCH --url "https://graph.microsoft.com/v1.0/applications/$object" --body "$1" --output none
}

read=$(role Events.Read 'Read events' 'Run queries' 8a3f5a2e-3f0e-4b8b-9d43-6a2b8f0b5c01)
write=$(role Events.Write 'Write events' 'Run mutations' 8a3f5a2e-3f0e-4b8b-9d43-6a2b8f0b5c02)
explore=$(role Events.Explore 'Explore events' 'Run documents of their own' 8a3f5a2e-3f0e-4b8b-9d43-6a2b8f0b5c03)
# Clients ask for a scope; this one permits nothing by itself, so that the roles decide.
scope=$(id_of api.oauth2PermissionScopes access 8a3f5a2e-3f0e-4b8b-9d43-6a2b8f0b5c04)

update "{\"identifierUris\": [\"api://$app\"], \"spa\": {\"redirectUris\": [$pages]},
  \"appRoles\": [$read, $write, $explore],
  \"api\": {\"requestedAccessTokenVersion\": 2, \"oauth2PermissionScopes\": [{\"id\": \"$scope\", \"value\": \"access\",
    \"type\": \"User\", \"isEnabled\": true, \"adminConsentDisplayName\": \"Use $name\",
    \"adminConsentDescription\": \"Use $name as oneself\"}]}}"

# Only a scope that is there can be given to clients.
authorized=''
for client in $clients; do
  authorized="$authorized${authorized:+, }{\"appId\": \"$client\", \"delegatedPermissionIds\": [\"$scope\"]}"
done
update "{\"api\": {\"preAuthorizedApplications\": [$authorized]}}"

az ad sp show --id "$app" --output none 2>/dev/null || az ad sp create --id "$app" --output none

cat <<EOF
$name is registered as $app. With azd set
  azd env set APP_AUTH_AUDIENCE $app,api://$app
and with a server of your own
  AUTH=entra AUTH_TENANT_ID=$(az account show --query tenantId --output tsv) AUTH_AUDIENCE=$app,api://$app
Nobody has a role yet that was not given one: docs/security.md, Give a role.
EOF
