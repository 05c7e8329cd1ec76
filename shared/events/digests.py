"""On which day an event is told to have happened, and which members its content digest is of (decision 0063)."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

from shared import clock
from shared.events.grants import Members, paths_of

_EPOCH: Final = date(1970, 1, 1).toordinal()


def day_told(time: datetime) -> int:
    """The day on which an event happened, in days since 1970, by the calendar of Kazakhstan. `time` is aware."""
    return day_told_on(clock.date_of(time))


def day_told_on(date: date) -> int:
    """A `day_told` by its date."""
    return date.toordinal() - _EPOCH


@lru_cache(10_000)
def date_told(day: int) -> date:
    """The date of a `day_told`."""
    return date.fromordinal(day + _EPOCH)


def members_digest(members: Members | None) -> str:
    """Which members of a fact are granted, in hex: content digests can be compared only where these are equal."""
    granted: Mapping[str, Any] = members or {}
    return blake2b("\n".join(sorted(paths_of(granted))).encode(), digest_size=4).hexdigest()
