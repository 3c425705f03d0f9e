#!/bin/sh
# Registers the API in Entra ID: register-app.sh [NAME [CLIENT_ID|ADDRESS...]]. Run it again to update the registration
# of that name. It sets
# - the audience and the app roles
# - the clients that get tokens without a consent prompt: the Azure CLI and each CLIENT_ID
# - the servers with pages on which people sign in: each ADDRESS
set -eu

name="${1:-events-graphql}"
[ $# -eq 0 ] || shift
azure_cli=04b07795-8ddb-461a-bbee-02f9e1bf7b46

usage() {
  echo "$1. Usage: register-app.sh [NAME [CLIENT_ID|ADDRESS...]]" >&2
  exit 2
}
case "$name" in *[!A-Za-z0-9._-]*) usage "A name may contain only letters, digits, '.', '_' and '-': '$name' does not fit" ;; esac
clients=$azure_cli
pages=''
for given in "$@"; do
  case "$given" in
    *[!A-Za-z0-9.:/_-]*) usage "'$given' is neither a client id (a GUID) nor an address (a URL)" ;;
    https://* | http://localhost*) pages="$pages${pages:+, }\"${given%/}/sign-in\"" ;;
    *[!0-9A-Fa-f-]*) usage "'$given' is neither a client id (a GUID) nor an address that begins with https://" ;;
    *) clients="$clients $given" ;;
  esac
done

found=$(az ad app list --filter "displayName eq '$name'" --query '[].appId' --output tsv)
case "$found" in
  '') app=$(az ad app create --display-name "$name" --sign-in-audience AzureADMyOrg --query appId --output tsv) ;;
  *[!0-9A-Fa-f-]*)
    echo "Several apps are called $name. Choose another name, or delete all but one of:" "$found" >&2
    exit 1
    ;;
  *) app=$found ;;
esac

of_app() { az ad app show --id "$app" --query "$1" --output tsv; }

# The id of a role or scope: id_of COLLECTION VALUE DEFAULT. An existing one keeps its id, because assignments refer to it.
id_of() {
  known=$(of_app "$1[?value=='$2'].id | [0]")
  echo "${known:-$3}"
}

# The JSON of an app role: role VALUE NAME DESCRIPTION DEFAULT_ID.
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
# Clients must request a scope. This one permits nothing by itself: the roles decide.
scope=$(id_of api.oauth2PermissionScopes access 8a3f5a2e-3f0e-4b8b-9d43-6a2b8f0b5c04)

update "{\"identifierUris\": [\"api://$app\"], \"spa\": {\"redirectUris\": [$pages]},
  \"appRoles\": [$read, $write, $explore],
  \"api\": {\"requestedAccessTokenVersion\": 2, \"oauth2PermissionScopes\": [{\"id\": \"$scope\", \"value\": \"access\",
    \"type\": \"User\", \"isEnabled\": true, \"adminConsentDisplayName\": \"Use $name\",
    \"adminConsentDescription\": \"Use $name as the signed-in user\"}]}}"

# A second update, because clients can be authorised only for a scope that exists.
authorized=''
for client in $clients; do
  authorized="$authorized${authorized:+, }{\"appId\": \"$client\", \"delegatedPermissionIds\": [\"$scope\"]}"
done
update "{\"api\": {\"preAuthorizedApplications\": [$authorized]}}"

az ad sp show --id "$app" --output none 2>/dev/null || az ad sp create --id "$app" --output none

cat <<EOF
$name is registered as $app. If you deploy with azd, run
  azd env set APP_AUTH_AUDIENCE $app,api://$app
If you run the server yourself, set
  AUTH=entra AUTH_TENANT_ID=$(az account show --query tenantId --output tsv) AUTH_AUDIENCE=$app,api://$app
Then give each caller a role: docs/security.md, Give a role.
EOF
