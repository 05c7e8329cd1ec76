"""What the past says of open crossings, in plain Python: one person, one day after the other.

Slow and simple on purpose. The array rules of `services.accounting.rules.estimates` are held equal to it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tests.accounting.oracle_residence import Crossing, classify, days_in_country

BANDS = (7, 14, 30, 60, 90, 122, 150, 180, 212, 243, 273, 304, 335, 365, 400, 440)
SHARES = (0.66, 0.8, 0.9, 1.0)
EVER = 10**7
"""A window of all days."""


class Open(NamedTuple):
    """An open crossing as it is seen at an end of observation: its position among the person's crossings, band of days
    since, band of the share of them on the side it leads to, whether the person is there now, and place: 0 the first
    open one, 1 a later one in its direction, 2 in the other."""

    position: int
    arrival: bool
    elapsed: int
    share: int
    there: bool
    place: int


def open_at(crossings: Sequence[Crossing], initial: int, obs_end: int) -> Iterator[Open]:
    """The person's open crossings at an end of observation."""
    seen = [each for each in crossings if each.day < obs_end]
    days = days_in_country(seen, obs_end, EVER)
    opener = None
    for position, result in enumerate(classify(seen, initial, obs_end)):
        if result.migration is not None:
            continue
        arrival = seen[position].arrival
        opener = position if opener is None else opener
        inside, elapsed = days[position]
        share = (inside if arrival else elapsed - inside) / elapsed
        place = 0 if position == opener else 1 if arrival == seen[opener].arrival else 2
        elapsed_band, share_band = sum(elapsed >= each for each in BANDS), sum(share >= each for each in SHARES)
        yield Open(position, arrival, elapsed_band, share_band, seen[-1].arrival == arrival, place)


def became(crossings: Sequence[Crossing], initial: int, then: int, now: int) -> Counter[tuple[Open, bool]]:
    """The person's crossings that were open then, and whether each is a migration by now."""
    results = classify(crossings, initial, now)
    return Counter((each, results[each.position].migration is True) for each in open_at(crossings, initial, then))
