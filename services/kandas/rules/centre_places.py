"""Places of a centre by day: how many there are, how many are taken, and from which day on there is room.

Days are told in spans: from a day until the one on which either number changes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class PlacesSpan:
    """Days with as many places, as many of them taken: from `since` to before `until`, for good where that is None."""

    since: date
    until: date | None
    places: int
    taken: int

    @property
    def left(self) -> int:
        return self.places - self.taken


def spans(orders: Mapping[date, int], changes: Mapping[date, int], since: date) -> list[PlacesSpan]:
    """From `since` on, for good. `orders` are places from a day on; `changes` by how many more (or fewer) are taken
    from a day on, those of `since` being all that are taken then."""
    days = sorted({since} | {day for day in (*orders, *changes) if day > since})
    ends: list[date | None] = [later for _, later in pairwise(days)]
    places = orders[max(before)] if (before := [day for day in orders if day <= since]) else 0
    taken, found = 0, []
    for day, until in zip(days, [*ends, None], strict=True):
        places, taken = orders.get(day, places), taken + changes.get(day, 0)
        found.append(PlacesSpan(day, until, places, taken))
    return found


def between(found: Sequence[PlacesSpan], since: date, until: date) -> Iterator[PlacesSpan]:
    """The spans that have a day from `since` to `until`, both days included."""
    return (span for span in found if span.since <= until and (span.until is None or span.until > since))


def first_free(found: Sequence[PlacesSpan], asked: int, days: int) -> date | None:
    """The first day from which `asked` places are left for that many days on end; None where there is none."""
    start: date | None = None
    for span in found:
        if span.left < asked:
            start = None
            continue
        start = start or span.since
        if span.until is None or (span.until - start) >= timedelta(days=days):
            return start
    return None
