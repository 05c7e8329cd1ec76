"""Connections of a pool are tested before use (pre-ping) where they were idle; those in use speak for themselves.

The driver's ping costs three round trips, as much as a small transaction. What the server closed, the driver knows
without asking; what a network swallowed shows within the idle time of a busy pool, or is asked for.
"""

import time
from typing import Any

from sqlalchemy import event, exc
from sqlalchemy.ext.asyncio import AsyncEngine

IDLE = 1.0  # seconds
_LAST = "last_used"


def expect_alive(engine: AsyncEngine) -> None:
    """From now on the pool of `engine` gives out no connection that is dead: it makes new ones in the place of all that
    it held."""
    pool = engine.sync_engine.pool
    event.listen(pool, "checkin", _used)
    event.listen(pool, "checkout", _expect_alive)


def _used(_connection: Any, record: Any) -> None:
    record.info[_LAST] = time.monotonic()


def _expect_alive(connection: Any, record: Any, _proxy: Any) -> None:
    last = record.info.get(_LAST)
    if last is None:  # it has just been made
        return
    if connection.driver_connection.is_closed():
        raise exc.InvalidatePoolError
    if time.monotonic() - last > IDLE:
        try:
            connection.ping()
        except Exception as error:
            raise exc.InvalidatePoolError from error
