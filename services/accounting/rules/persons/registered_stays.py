"""Where a foreigner's stay is registered and how long, by the portal's own words (decree 111 of 04.03.2022, point 4).

A stay is registered on entry with a visa, or by a notice: a host's, or the foreigner's own. A notice tells of a stay
while it is `notified` or `checked_out`. Where one notice `joins` another, both report one stay: it is where the first
of them says, from the earliest to the latest of their days.

A stay that an entry on a visa opened and a notice registered (basis `notification`) stands beside that notice: its fact
names the entry and not the notice, the notice names no entry, and equal days and regions prove nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

import numpy as np

from services.accounting.rules.persons.identity import components, fact_key
from services.accounting.rules.persons.statuses import Body, Stated
from services.accounting.rules.spans import day_after

TELLING: Final = frozenset({"notified", "checked_out"})


class RegisteredStay(NamedTuple):
    """`until` is the first day that is no longer allowed or planned, `ended_on` the day of the exit or the check-out.
    `basis`: `visa`, `notification`, or the channel of a notice."""

    since: date
    until: date | None
    ended_on: date | None
    region: str
    basis: str


def registered_stays(stated: Iterable[Stated]) -> list[RegisteredStay]:
    """The stays that a person's facts register, the earliest first; other facts are passed over."""
    ordered = sorted(stated, key=lambda each: each.fact)
    entries = [_on_entry(each.body) for each in ordered if each.kind == "stay_registration.v1"]
    notices = [each for each in ordered if each.kind == "host_notification.v1"]
    return sorted([*entries, *map(_notified, _by_stay(notices))], key=lambda stay: stay.since)


def _on_entry(body: Body) -> RegisteredStay:
    return RegisteredStay(
        date.fromisoformat(body["since"]),
        day_after(body["until"]),
        _latest([body["ended_on"]]),
        body["region"],
        body["basis"],
    )


def _by_stay(notices: Sequence[Stated]) -> Iterable[list[Stated]]:
    """The notices that tell of a stay, those of one stay together: also where one between them, or before them, was
    cancelled or is not known here."""
    joins = [(each.fact, fact_key(each.body["joins"]) if each.body["joins"] else each.fact) for each in notices]
    facts, stays = components(np.array(joins, np.int64).reshape(-1, 2))
    stay_of = dict(zip(facts.tolist(), stays.tolist(), strict=True))
    together: dict[int, list[Stated]] = defaultdict(list)
    for each in notices:
        if each.body["state"] in TELLING:
            together[stay_of[each.fact]].append(each)
    return together.values()


def _notified(notices: Sequence[Stated]) -> RegisteredStay:
    first = min(notices, key=lambda each: (each.body["joins"] is not None, each.body["stay_from"], each.fact)).body
    bodies = [each.body for each in notices]
    until = max((body["stay_until"] for body in bodies if body["stay_until"]), default=None)
    return RegisteredStay(
        date.fromisoformat(min(body["stay_from"] for body in bodies)),
        day_after(until),
        _latest([body["checked_out_on"] for body in bodies]),
        first["region"],
        first["channel"],
    )


def _latest(days: Sequence[str | None]) -> date | None:
    return max((date.fromisoformat(day) for day in days if day), default=None)
