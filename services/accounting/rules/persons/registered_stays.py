"""Where a foreigner's stay is registered and how long, by the portal's own words (decree 111 of 04.03.2022, point 4).

A stay is registered on entry with a visa, or by a notice: a host's, or the foreigner's own. A notice tells of a stay
while it is `notified` or `checked_out`. Where one notice `joins` another, both report one stay: it is where the first
of them says, from the earliest to the latest of their days.

A stay that an entry on a visa opened and a notice registered (basis `notification`) stands beside that notice: its fact
names the entry and not the notice, the notice names no entry, and equal days and regions prove nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

import numpy as np

from services.accounting.rules.persons.identity import components
from services.accounting.rules.spans import day_after

TELLING: Final = frozenset({"notified", "checked_out"})


@dataclass(frozen=True, slots=True)
class RegisteredStay:
    """`until` is the first day that is no longer allowed or planned, `ended_on` the day of the exit or the check-out.
    `basis`: `visa`, `notification`, or the channel of a notice."""

    since: date
    until: date | None
    ended_on: date | None
    region: str
    basis: str


class Notice(NamedTuple):
    """A notice of a stay: the key of its fact, and that of the notice which it joins."""

    fact: int
    joins: int | None
    state: str
    channel: str
    region: str
    stay_from: date
    stay_until: date | None
    checked_out_on: date | None


def registered_stays(on_entry: Iterable[RegisteredStay], notices: Iterable[Notice]) -> list[RegisteredStay]:
    """The stays that were registered on entry and by notices, the earliest first."""
    ordered = sorted(notices, key=lambda each: each.fact)
    return sorted([*on_entry, *map(_notified, _by_stay(ordered))], key=lambda stay: stay.since)


def _by_stay(notices: Sequence[Notice]) -> Iterable[list[Notice]]:
    """The notices that tell of a stay, those of one stay together: also where one between them, or before them, was
    cancelled or is not known here."""
    joins = [(each.fact, each.joins or each.fact) for each in notices]
    facts, stays = components(np.array(joins, np.int64).reshape(-1, 2))
    stay_of = dict(zip(facts.tolist(), stays.tolist(), strict=True))
    together: dict[int, list[Notice]] = defaultdict(list)
    for each in notices:
        if each.state in TELLING:
            together[stay_of[each.fact]].append(each)
    return together.values()


def _notified(notices: Sequence[Notice]) -> RegisteredStay:
    first = min(notices, key=lambda each: (each.joins is not None, each.stay_from, each.fact))
    return RegisteredStay(
        min(each.stay_from for each in notices),
        day_after(_latest(each.stay_until for each in notices)),
        _latest(each.checked_out_on for each in notices),
        first.region,
        first.channel,
    )


def _latest(days: Iterable[date | None]) -> date | None:
    return max((day for day in days if day), default=None)
