"""A database that does not answer is no fault of the request: 503 with Retry-After, never 500.

The same request, with the same key, may pass a second later: the connection was lost or refused, the pool is empty,
or the transaction met another one (lock timeout, deadlock, serialisation).
"""

from typing import cast

import asyncpg
from fastapi import FastAPI, Request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.responses import Response

from shared.http.problems import problem

# PostgreSQL's classes and codes (appendix A of its manual) after which a repetition makes sense.
_PASSING_CLASSES = ("08", "53", "57P")  # connection, insufficient resources, operator intervention
_PASSING_CODES = ("40001", "40P01", "55P03")  # serialisation failure, deadlock, lock not available


def install(app: FastAPI) -> None:
    """Let `app` answer 503 while its database cannot be had, whether SQLAlchemy says so or the driver below it."""
    for kind in (PoolTimeout, ConnectionError, TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        app.add_exception_handler(kind, _unavailable)
    app.add_exception_handler(DBAPIError, _database_error)
    app.add_exception_handler(asyncpg.PostgresError, _driver_error)


async def _unavailable(_request: Request, _error: Exception) -> Response:
    return problem(503, headers={"Retry-After": "2"})


async def _database_error(request: Request, error: Exception) -> Response:
    failed = cast(DBAPIError, error)
    if failed.connection_invalidated or _is_passing(failed.orig):
        return await _unavailable(request, error)
    raise error


async def _driver_error(request: Request, error: Exception) -> Response:
    if _is_passing(error):
        return await _unavailable(request, error)
    raise error


def _is_passing(error: object) -> bool:
    state = str(getattr(error, "sqlstate", "") or "")
    return state.startswith(_PASSING_CLASSES) or state in _PASSING_CODES
