# Sends a persisted document with a caller's token. verify.sh sources this file for its last check. On failure it prints
# what was wrong and what to do. It never prints rows, because logs of the output may be kept.

# Sends the document from this machine: from_here URL TOKEN.
from_here() (
  body=$(mktemp)
  trap 'rm -f "$body"' EXIT
  # curl reads the token from standard input, because every user of the machine can see a program's arguments.
  status=$(printf '%s' "${2:+authorization: Bearer $2}" |
    curl --silent --show-error --max-time 60 --header @- --output "$body" --write-out '%{http_code}' "$1" 2>&1) || true
  if [ "$status $(head -c 9 "$body")" = '200 {"data":{' ] && ! grep -qF '"errors":[' "$body"; then
    echo '200 answered'
  else
    printf '%s %s\n' "$status" "$(head -c 2000 "$body" | tr '\n' ' ' | sed 's/"data":{.*/"data"/')"
    return 1
  fi
)

# Sends the document from the app's network: from_inside URL TOKEN. An execution of the doctor job sends it, and the job
# holds the token as a secret until the execution ends.
from_inside() (
  template=$(mktemp) secret=$(mktemp)
  forget() {
    rm -f "$template" "$secret"
    app 'job secret remove' --name "$DOCTOR_JOB_NAME" --secret-names caller-token --yes --output none
  }
  trap forget EXIT
  cat >"$template" <<EOF
containers:
  - name: events-graphql
    image: $(of_app 'properties.template.containers[0].image')
    command: [/nodejs/bin/node, --input-type=module, --eval]
    args:
      - |
        const { ASK_URL: url, ASK_TOKEN: token } = process.env;
        const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
        const body = await response.text();
        const isAnswered = response.ok && body.startsWith('{"data":{') && !body.includes('"errors":[');
        console.log(response.status, isAnswered ? 'answered' : body.slice(0, 2000).replace(/"data":{.*/s, '"data"'));
        process.exitCode = isAnswered ? 0 : 1;
    env:
      - { name: ASK_URL, value: "$1" }
      - { name: ASK_TOKEN, secretRef: caller-token }
    resources: { cpu: 0.25, memory: 0.5Gi }
EOF
  printf 'caller-token=%s' "${2:-none}" >"$secret"
  app 'job secret set' --name "$DOCTOR_JOB_NAME" --secrets "@$secret" --output none &&
    run "$DOCTOR_JOB_NAME" --yaml "$template"
)

# Succeeds if the document is answered: ask URL AUDIENCE. Without an audience it sends no token.
ask() {
  token=''
  if [ -n "$2" ] && ! token=$(az account get-access-token --scope "${2%%,*}/.default" --query accessToken --output tsv); then
    cat >&2 <<EOF
The Azure CLI got no token for ${2%%,*}. Allow it to request them by running infra/register-app.sh, and give yourself,
or the identity that deploys, the role Events.Read: docs/security.md, Give a role.
EOF
    return 1
  fi
  way=from_inside refused=0
  [ "${INTERNAL:-true}" = true ] || way=from_here
  answer=$("$way" "$1" "$token") || refused=$?
  printf '%s\n' "$answer"
  [ "$refused" -eq 0 ] && return
  case "$answer" in
    *UNAUTHENTICATED*) remedy="The app does not accept the token: AUTH_AUDIENCE and AUTH_TENANT_ID name another registration. Correct APP_AUTH_AUDIENCE, then run azd up." ;;
    *FORBIDDEN*) remedy='You, or the identity that deploys, needs the role Events.Read (docs/security.md, Give a role). Only tokens issued after that contain it.' ;;
    *PERSISTED_DOCUMENT_NOT_FOUND*) remedy='The image has no such document. Put its manifest into documents/, or choose another: azd env set VERIFY_DOCUMENT <id>.' ;;
    *BAD_USER_INPUT*) remedy='The document needs variables. Choose one without: azd env set VERIFY_DOCUMENT <id>.' ;;
    *'access denied'*) remedy='The ingress rejects the address of this machine. Add it to ALLOWED_ADDRESSES, then run azd up.' ;;
    *) remedy="See the log of the app:
  az containerapp logs show --name $APP_NAME --resource-group $AZURE_RESOURCE_GROUP --format text --tail 50" ;;
  esac
  printf 'The document %s was not answered. %s\n' "${1##*/}" "$remedy" >&2
  return 1
}
