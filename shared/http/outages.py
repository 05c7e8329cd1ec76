"""A database that does not answer is no fault of the request: 503 with Retry-After, never 500.

The same request, with the same key, may pass a second later: the connection was lost or refused, the pool is empty,
or the transaction met another one (lock timeout, deadlock, serialisation).
"""

import asyncpg
from fastapi import FastAPI, Request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.responses import Response

from shared.http.problems import problem

# PostgreSQL's classes and codes (appendix A of its manual) after which a repetition makes sense.
_PASSING_CLASSES = ("08", "53", "57P")  # connection, insufficient resources, operator intervention
_PASSING_CODES = ("40001", "40P01", "55P03")  # serialisation failure, deadlock, lock not available
_OUTAGES = (PoolTimeout, ConnectionError, TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError)


def install(app: FastAPI) -> None:
    """Let `app` answer 503 while its database cannot be had, whether SQLAlchemy says so or the driver below it."""
    for kind in (*_OUTAGES, DBAPIError, asyncpg.PostgresError):
        app.add_exception_handler(kind, _database_error)


def may_pass(error: Exception) -> bool:
    """Whether the database could not be had, so that the same request may pass later: no fault of what was sent."""
    if isinstance(error, DBAPIError):
        lost = isinstance(getattr(error.orig, "__cause__", None), asyncpg.InternalClientError)  # in that very moment
        return error.connection_invalidated or lost or _is_passing(error.orig)
    return isinstance(error, _OUTAGES) or (isinstance(error, asyncpg.PostgresError) and _is_passing(error))


async def _database_error(_request: Request, error: Exception) -> Response:
    if may_pass(error):
        return problem(503, headers={"Retry-After": "2"})
    raise error


def _is_passing(error: object) -> bool:
    state = str(getattr(error, "sqlstate", "") or "")
    return state.startswith(_PASSING_CLASSES) or state in _PASSING_CODES
