"""Reads that survive the death of a connection."""

from collections.abc import Sequence
from typing import Any

from psycopg import OperationalError
from psycopg_pool import ConnectionPool

ATTEMPTS = 3


def read(pool: ConnectionPool, query: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """The rows of a read, which is run again on another connection when its own dies.

    For reads only: nobody knows whether a write was done when its connection died.
    """
    for attempt in range(1, ATTEMPTS + 1):
        with pool.connection() as connection:
            try:
                return connection.execute(query, values).fetchall()
            except OperationalError:
                if not connection.broken or attempt == ATTEMPTS:
                    raise
    raise AssertionError("unreachable")
