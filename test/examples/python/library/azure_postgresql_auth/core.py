"""What database.py takes from azure-postgresql-auth, which comes from PyPI alone: a token of the credential."""

AZURE_DB_FOR_POSTGRES_SCOPE = "https://ossrdbms-aad.database.windows.net/.default"


def get_entra_token(credential, scope):
    return credential.get_token(scope).token
