"""What an error of the database says of what is to be done: wait and try again, or leave out what it refuses.

One list for all who ask the database: APIs answer 503 with Retry-After to what may pass, and processes without an API
wait it out. What is refused would be refused again, by itself: whoever takes many things at once takes the others. Any
other error (a table that is missing, a right that was not given) is a fault of the installation and neither passes nor
tells of one thing.
"""

import logging
from typing import Final

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# PostgreSQL's classes and codes (appendix A of its manual) after which a repetition makes sense.
_PASSING_CLASSES: Final = (
    "08",  # connection
    "40",  # transaction rollback: serialisation failure, deadlock
    "53",  # insufficient resources: disk full, out of memory, too many connections
    "57P",  # operator intervention: shut down, starting up, session ended
    "58",  # system error: a file that cannot be read or written
)
_PASSING_CODES: Final = (
    "25006",  # read only: the server is a standby, as it is for a while around a failover
    "25P03",  # the session was ended, it idled in a transaction
    "25P04",  # the transaction was ended, it lasted too long
    "55P03",  # lock not available in time
    "57014",  # statement cancelled, it lasted too long
)
_REFUSAL_CLASSES: Final = (
    "21",  # cardinality
    "22",  # data exception
    "23",  # integrity constraint
    "54",  # program limit, such as a key too long for its index
    "P0",  # raised by a trigger
)

OUTAGES: Final = (PoolTimeout, OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What it looks like where no server says why: no connection, or one that ended in the middle."""
PASSING: Final = (*OUTAGES, DBAPIError, asyncpg.PostgresError)
"""What `may_pass` tells apart."""

_FAULTS: Final = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a fault of ours in handling a value, or the driver's in encoding it, looks like."""
REFUSALS: Final = (DBAPIError, asyncpg.PostgresError, *_FAULTS)
"""What `is_refusal` tells apart."""


def may_pass(error: BaseException) -> bool:
    """Whether the database could not be had, so that the same may pass later: no fault of what was sent."""
    if isinstance(error, OUTAGES):
        return True
    if isinstance(error, DBAPIError) and (error.connection_invalidated or _lost_in_that_moment(error)):
        return True
    state = _state_of(error)
    return state.startswith(_PASSING_CLASSES) or state in _PASSING_CODES


def is_conflict(error: BaseException) -> bool:
    """Whether two transactions met, so that each alone would pass at once: a deadlock, a failed serialisation."""
    return _state_of(error).startswith("40")


def log_outage(log: logging.Logger, what: str, error: BaseException) -> None:
    """Says that `what` waits: what may pass in one line, anything else, such as a missing table, in full."""
    if may_pass(error):
        log.warning("%s waits for the database: %s", what, name_of(error))
    else:
        log.error("%s waits, and it does not look as if it would pass", what, exc_info=error)


def name_of(error: BaseException) -> str:
    """What to call it in a log."""
    return " ".join(filter(None, (type(error).__name__, _state_of(error))))


def is_refusal(error: BaseException) -> bool:
    """Whether the database, or we before it, refuse what was sent, and would again."""
    return isinstance(error, _FAULTS) or _state_of(error).startswith(_REFUSAL_CLASSES)


def _lost_in_that_moment(error: DBAPIError) -> bool:
    """Whether the driver found out, as it began to ask, that its connection had ended: by what is reported, or by what
    came before it, where the loss showed itself in a statement and is reported of its rollback."""
    found: BaseException | None = error.orig
    while found is not None and not isinstance(found, asyncpg.InternalClientError):
        found = found.__cause__ or found.__context__
    return found is not None


def _state_of(error: BaseException) -> str:
    """SQLSTATE, empty where the server did not speak."""
    said = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(said, "sqlstate", "") or "")
