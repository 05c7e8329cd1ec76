"""Methods U98 and M12 in plain Python: one person, stay by stay and day by day, to be read beside 5.2 of the method.

Slow and simple on purpose. `rules.residence.joined_stays` and `rules.residence.majority` are held equal to it.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from services.accounting.rules.figures.dimensions import day_of
from tests.accounting.oracle_residence import Crossing

ABSENCE, SHORT, LONG = 90, 90, 365
MOST, YEAR = 183, 365


class PlainStay(NamedTuple):
    """`start` None: it began before the first crossing; `end` None: it goes on."""

    start: int | None
    end: int | None


def with_missing(crossings: Sequence[Crossing]) -> Iterator[Crossing]:
    """The crossings in turn, what is missing at the midpoint."""
    previous: Crossing | None = None
    for crossing in crossings:
        if previous and previous.arrival == crossing.arrival:
            yield Crossing(previous.day + (crossing.day - previous.day) // 2, not crossing.arrival)
        previous = crossing
        yield crossing


def stays(crossings: Sequence[Crossing], obs_end: int) -> list[PlainStay]:
    """Stays in the country, not joined."""
    found: list[PlainStay] = []
    for crossing in with_missing([each for each in crossings if each.day < obs_end]):
        if crossing.arrival:
            found.append(PlainStay(crossing.day, None))
        elif found:
            found[-1] = PlainStay(found[-1].start, crossing.day)
        else:
            found.append(PlainStay(None, crossing.day))
    return found


def joined(crossings: Sequence[Crossing], obs_end: int) -> list[PlainStay]:
    """Stays in the country, joined over absences of fewer than 90 days."""
    found: list[PlainStay] = []
    for stay in stays(crossings, obs_end):
        if found and stay.start is not None and found[-1].end is not None and stay.start - found[-1].end < ABSENCE:
            found[-1] = PlainStay(found[-1].start, stay.end)
        else:
            found.append(stay)
    return found


def term(stay: PlainStay, last: bool, initial: int | None, obs_end: int) -> tuple[str, bool]:
    """What a joined stay is, and whether its end is certain."""
    ended = stay.end is not None and (not last or obs_end - stay.end >= ABSENCE)
    if stay.start is None:
        return ("long" if initial == 1 else "undetermined"), ended
    length = (obs_end if stay.end is None else stay.end) - stay.start
    if length >= LONG:
        return "long", ended
    if not ended:
        return "open", ended
    return ("short" if length >= SHORT else "visit"), ended


def u98(crossings: Sequence[Crossing], initial: int | None, obs_end: int) -> list[tuple[PlainStay, str, bool]]:
    """The joined stays of a person, each with its term and whether its end is certain."""
    found = joined(crossings, obs_end)
    return [(stay, *term(stay, stay is found[-1], initial, obs_end)) for stay in found]


def days_inside(crossings: Sequence[Crossing], first: int, obs_end: int) -> set[int]:
    """The days from the first to the end of observation that were spent in the country."""
    return {
        day
        for stay in stays(crossings, obs_end)
        for day in range(first if stay.start is None else stay.start, obs_end if stay.end is None else stay.end)
    }


def m12(crossings: Sequence[Crossing], register_start: int, obs_end: int) -> dict[date, bool]:
    """Whether a person is resident on each first day of a month that the data tell of."""
    inside = days_inside(crossings, register_start, obs_end)
    months = [day for day in range(register_start + YEAR, obs_end + 1) if day_of(day).day == 1]
    return {day_of(day): sum(each in inside for each in range(day - YEAR, day)) >= MOST for day in months}
