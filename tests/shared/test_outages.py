"""One list tells what may pass from what is refused, for whoever asks the database, by whatever way."""

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.db.outages import PASSING, REFUSALS, is_refusal, may_pass

PASSES = {
    "connections exhausted": "53300",
    "disk full": "53100",
    "out of memory": "53200",
    "deadlock": "40P01",
    "serialisation": "40001",
    "lock not available": "55P03",
    "read only after a failover": "25006",
    "admin shutdown": "57P01",
    "crash shutdown": "57P02",
    "starting up": "57P03",
    "idle in transaction": "25P03",
    "statement timeout": "57014",
    "file not readable": "58030",
    "connection": "08006",
}
REFUSED = {
    "no text": "22021", "out of range": "22003", "unique": "23505", "check": "23514", "key too long": "54000",
    "two rows for one": "21000", "trigger": "P0001",
}  # fmt: skip
NEITHER = {"no table": "42P01", "no right": "42501", "no such database": "3D000", "password": "28P01"}


def said(state: str) -> list[Exception]:
    """As the driver raises it, and as SQLAlchemy wraps it."""
    raw = asyncpg.PostgresError.new({"C": state, "M": "said by the server"})
    return [raw, DBAPIError("SELECT 1", None, raw)]


@pytest.mark.parametrize("state", [*PASSES.values(), *REFUSED.values(), *NEITHER.values()])
def test_what_passes_what_is_refused_and_what_neither(state: str) -> None:
    for error in said(state):
        assert may_pass(error) is (state in PASSES.values())
        assert is_refusal(error) is (state in REFUSED.values())
        assert isinstance(error, PASSING)
        assert isinstance(error, REFUSALS)


@pytest.mark.parametrize(
    "error",
    [
        PoolTimeout(), ConnectionRefusedError(), TimeoutError(), asyncpg.InterfaceError("closed"),
        asyncpg.InternalClientError("in the middle"), OSError(28, "disk full"),
        DBAPIError("SELECT 1", None, ValueError(), connection_invalidated=True),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_no_connection_may_pass(error: Exception) -> None:
    assert may_pass(error)
    assert isinstance(error, PASSING)
    assert not is_refusal(error)


def test_a_connection_that_was_lost_in_a_statement_may_pass_though_its_rollback_reports_it() -> None:
    """As a killed server left it in the middle of a COPY."""

    def adapted(error: Exception) -> DBAPIError:
        said = Exception("by the adapter")
        said.__cause__ = error
        return DBAPIError("ROLLBACK", None, said)

    lost, broken = asyncpg.InternalClientError("cannot switch to state"), asyncpg.InterfaceError("not ready")
    broken.__context__ = lost
    assert may_pass(adapted(broken))
    assert not may_pass(adapted(asyncpg.InterfaceError("two statements at once on one connection")))
