"""Connections to the database, which log in with tokens of the app's identity."""

from collections.abc import Mapping
from typing import Any

import certifi
from azure.core.credentials import TokenCredential
from azure.identity import DefaultAzureCredential, ManagedIdentityCredential
from azure_postgresql_auth.core import AZURE_DB_FOR_POSTGRES_SCOPE, get_entra_token
from azure_postgresql_auth.psycopg3 import EntraConnection
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool


class RoleConnection(EntraConnection):
    """Logs in as the role that it is told.

    EntraConnection itself looks for a name in the token even so, and refuses one that has none: such is the token of a
    system-assigned identity. It asks nothing of whoever brings user and password.
    """

    @classmethod
    def connect(cls, *args: Any, **kwargs: Any) -> EntraConnection:
        token = get_entra_token(kwargs["credential"], AZURE_DB_FOR_POSTGRES_SCOPE)
        return super().connect(*args, password=token, **kwargs)


def create_credential(environment: Mapping[str, str]) -> TokenCredential:
    """The identity that PG_AUTH names, as for the server. It keeps a token, and asks for the next before that one ends."""
    kind = environment.get("PG_AUTH", "")
    if kind == "user-identity":
        return ManagedIdentityCredential(client_id=environment["AZURE_CLIENT_ID"])
    if kind == "system-identity":
        return ManagedIdentityCredential()
    if kind == "default-credential":
        return DefaultAzureCredential()
    raise ValueError(f'PG_AUTH is "{kind}": it must be user-identity, system-identity or default-credential')


def create_pool(environment: Mapping[str, str]) -> ConnectionPool:
    """The pool of a process, not yet open. It replaces connections, so that none outlives the right to log in for long."""
    return ConnectionPool(
        connection_class=RoleConnection,
        kwargs={
            "credential": create_credential(environment),
            "host": environment["PGHOST"],
            "dbname": environment["PGDATABASE"],
            "user": environment["PGUSER"],
            "sslmode": "verify-full",
            "sslrootcert": environment.get("PGSSLROOTCERT", certifi.where()),
            "connect_timeout": 15,
            "options": "-c statement_timeout=15s",
            "autocommit": True,
            "row_factory": dict_row,
        },
        min_size=0,
        max_size=int(environment.get("PG_POOL_SIZE", "2")),
        max_lifetime=45 * 60,
        timeout=5,
        open=False,
    )
