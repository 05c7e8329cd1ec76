"""The only place that asks what time it is.

Rules never call it: a case asks once and hands the day to the rule, so that a decision can be repeated
for any day. Tests set it with `set_to`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

ALMATY = ZoneInfo("Asia/Almaty")

_set: ContextVar[datetime | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _set.get() or datetime.now(UTC)


def today() -> date:
    """The calendar date in Kazakhstan (one zone, UTC+5, since 1 March 2024)."""
    return date_of(now())


def start_of(day: date) -> datetime:
    """The first moment of a calendar date in Kazakhstan: when an act known only by its date is said to happen."""
    return datetime.combine(day, time.min, ALMATY)


def date_of(moment: datetime) -> date:
    """The calendar date in Kazakhstan at an aware moment."""
    return moment.astimezone(ALMATY).date()


@contextmanager
def set_to(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment` (aware) for the running task and the tasks that it starts."""
    if moment.tzinfo is None:
        raise ValueError("the clock is set to an aware moment only")
    token = _set.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _set.reset(token)
