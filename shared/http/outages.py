"""A database that does not answer is no fault of the request: 503 with Retry-After, never 500.

The same request, with the same key, may pass a second later: the connection was lost or refused, the pool is empty,
or the transaction met another one (shared.db.outages lists what may pass).
"""

from fastapi import FastAPI, Request
from starlette.responses import Response

from shared.db.outages import PASSING, may_pass
from shared.http.problems import problem


def install(app: FastAPI) -> None:
    """Let `app` answer 503 while its database cannot be had, whether SQLAlchemy says so or the driver below it."""
    for kind in PASSING:
        app.add_exception_handler(kind, _database_error)


async def _database_error(_request: Request, error: Exception) -> Response:
    if may_pass(error):
        return problem(503, headers={"Retry-After": "2"})
    raise error
