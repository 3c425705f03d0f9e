"""Two functions on the events database: whether it answers, and the devices in it."""

import json
import logging
import os
from collections.abc import Callable
from typing import Any

import azure.functions as func
from psycopg import OperationalError

from database import create_pool
from reads import read

MOST_DEVICES = 100

app = func.FunctionApp()

# One pool for the life of the process: warm invocations share its connections.
pool = create_pool(os.environ)
pool.open()


@app.route(route="health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def health(request: func.HttpRequest) -> func.HttpResponse:
    """Tells whether the database answers, its version, and the connected role."""

    def body() -> dict[str, Any]:
        [row] = read(pool, "select current_user as identity, current_setting('server_version') as version")
        return {"status": "ok", "identity": row["identity"], "serverVersion": row["version"]}

    return answer(body)


@app.route(route="devices", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
def devices(request: func.HttpRequest) -> func.HttpResponse:
    """The devices with a status, or all, in the order of their serial numbers: `?status=active&limit=10`."""
    limit = request.params.get("limit", "10")
    if not limit.isdecimal() or not 1 <= int(limit) <= MOST_DEVICES:
        return respond(400, {"error": f"limit must be a whole number from 1 to {MOST_DEVICES}"})
    status = request.params.get("status")
    query = """select serial, status::text from events.device
        where %s::text is null or status::text = %s order by serial limit %s"""
    return answer(lambda: {"devices": read(pool, query, (status, status, int(limit)))})


def answer(body: Callable[[], dict[str, Any]]) -> func.HttpResponse:
    """What the body says, or 503 where the database does not answer: the log says why, the client does not learn it."""
    try:
        return respond(200, body())
    except OperationalError as error:
        logging.warning("No answer from the database: %s", error)
        return respond(503, {"error": "The database does not answer."}, {"Retry-After": "1"})


def respond(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> func.HttpResponse:
    return func.HttpResponse(json.dumps(body), status_code=status, headers=headers, mimetype="application/json")
