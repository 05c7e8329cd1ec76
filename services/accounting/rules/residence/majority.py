"""METHOD M12: resident on a reference date is who was in the country for most of the year before it.

That is 183 days or more of the last 365, whatever the crossings are called (United Nations, conceptual framework on
migration statistics, 2021-25; Regulation (EU) 2025/2458, as 5.2 of the method cites them). Reference dates are the
first days of months. The first one has 365 observed days before it, so no status needs to be known or guessed; the last
one is the end of observation or earlier, so every answer is final.

`tests/accounting/oracle_lines.py` says the same, day by day.
"""

from typing import Final, NamedTuple

import numpy as np

from services.accounting.rules.residence.presence import Ints, Mask, Passages, Presence
from services.accounting.rules.residence.residence import NEVER

LONGEST_MONTH: Final = 31


class Majority(NamedTuple):
    """At least so many `days` of the last `window` days."""

    days: int
    window: int


M12: Final = Majority(days=183, window=365)


class Turns(NamedTuple):
    """Changes of who is resident, each person's in order of time: `month` (since 1970-01) is that of the reference date
    on which the person is `resident` for the first time, or no longer; `first`: that is the first date of all. `source`
    is the position of the last crossing before it, else of the person's first one."""

    person: Ints
    month: Ints
    resident: Mask
    first: Mask
    source: Ints


def turns(
    passages: Passages, persons: int, register_start: int, obs_end: int, rule: Majority = M12
) -> tuple[Turns, Ints]:
    """The turns up to `obs_end` of many persons, and the day on which the next one is due if nobody crosses."""
    nothing = np.zeros(0, np.int64)
    due = np.full(persons, NEVER, np.int64)
    if not len(passages.person) or register_start == NEVER:
        return Turns(nothing, nothing, nothing == 1, nothing == 1, nothing), due
    presence = Presence(passages)
    first, last = np.flatnonzero(passages.first_of_each()), np.flatnonzero(passages.last_of_each())
    travels = passages.person[first]
    enough = _may_reach(passages, presence, first, last, rule)
    first, last, travels = first[enough], last[enough], travels[enough]
    first_date = _first_month(register_start + rule.window)
    begin = np.maximum(first_date, _month(passages.day[first]))  # until the first crossing nothing changes
    beyond = _month(passages.day[last] + rule.window + LONGEST_MONTH) + 1
    count = np.maximum(beyond - begin, 1)
    which = np.repeat(np.arange(len(travels)), count)
    month = begin[which] + np.arange(len(which)) - (np.cumsum(count) - count)[which]
    initially = np.concatenate(([True], which[1:] != which[:-1]))[: len(which)]
    month[initially] = first_date
    day = _first_day(month)
    person, start = travels[which], first[which]
    inside = presence.since_first(person, start, day) - presence.since_first(person, start, day - rule.window)
    resident = inside >= rule.days
    before = np.where(initially, False, np.concatenate(([False], resident[:-1]))[: len(which)])
    turned = np.flatnonzero(resident != before)
    coming = turned[day[turned] > obs_end]
    np.minimum.at(due, person[coming], day[coming])
    turned = turned[day[turned] <= obs_end]
    at = np.searchsorted(passages.person << 32 | passages.day, person[turned] << 32 | day[turned]) - 1
    source = _recorded(passages, np.maximum(at, start[turned]))
    return Turns(person[turned], month[turned], resident[turned], initially[turned], source), due


def _recorded(passages: Passages, at: Ints) -> Ints:
    """The recorded crossing at or before each passage: an imputed arrival is told of by the departure after it."""
    found: Ints = passages.source[at] - (passages.arrival[at] & passages.imputed[at])
    return found


def _may_reach(passages: Passages, presence: Presence, first: Ints, last: Ints, rule: Majority) -> Mask:
    """Who may be resident on any date at all: most visitors never are, and are not looked at month by month."""
    seen = presence.since_first(passages.person[first], first, passages.day[last])
    return ~passages.arrival[first] | passages.arrival[last] | (seen >= rule.days)


def _month(day: Ints) -> Ints:
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _first_day(month: Ints) -> Ints:
    return month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _first_month(day: int) -> int:
    """The first month that begins on or after a day."""
    return int(_month(np.array([day - 1]))[0]) + 1
