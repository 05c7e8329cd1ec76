"""A person's stays in and out of the country, as a timeline shows them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Bound(NamedTuple):
    """A crossing as the bound of two stays: day number, direction, and whether it is imputed."""

    day: int
    arrival: bool
    imputed: bool = False


class Stay(NamedTuple):
    """Half-open: the day of arrival is spent in the country, the day of departure abroad. A bound is None where the
    stay began before the first crossing or still goes on; a stay inside one day has no length, and is a stay."""

    start: Bound | None
    end: Bound | None
    inside: bool


def falls_into(stay: Stay, since: int, until: int | None) -> bool:
    """Whether a day of `[since, until)`, which has its first day at least and no end where None, is one of the stay's.

    A stay inside one day has that day.
    """
    first, beyond = stay.start.day if stay.start else None, stay.end.day if stay.end else None
    if first is not None and beyond is not None:
        beyond = max(beyond, first + 1)
    last = None if until is None else max(until, since + 1)
    return (beyond is None or since < beyond) and (first is None or last is None or last > first)


def stays(crossings: Sequence[tuple[int, bool]]) -> list[Stay]:
    """Stays from (day, arrival) in order of time, the one before the first crossing and the present one included.

    Between two crossings of one direction the missing one is imputed at the midpoint, rounded down, as the 12/16-month
    rule does.
    """
    bounds = list(_with_missing(crossings))
    if not bounds:
        return []
    before = Stay(None, bounds[0], inside=not bounds[0].arrival)
    return [before, *(Stay(a, b, a.arrival) for a, b in zip(bounds, [*bounds[1:], None], strict=True))]


def _with_missing(crossings: Sequence[tuple[int, bool]]) -> Iterator[Bound]:
    previous: Bound | None = None
    for day, arrival in crossings:
        if previous and previous.arrival == arrival:
            yield Bound(previous.day + (day - previous.day) // 2, not arrival, imputed=True)
        previous = Bound(day, arrival)
        yield previous
