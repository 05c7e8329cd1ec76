"""METHOD U98: stays in the country by the United Nations' recommendations of 1998, joined over short absences.

An absence of fewer than 90 days joins the stays on both sides. A joined stay from `start` to `end` lasts end - start
days: 365 and more are long-term, 90 to 364 short-term, fewer a visit, which no figure counts. It counts as an arrival
in the month of its start and as a departure in that of its end, by its own length. Where the sources are silent:

- An absence of 90 days or more ends a stay whoever makes it: a resident who is away for 100 days departs and arrives.
- A stay is long-term as soon as it has lasted 365 days. It is short-term, or a visit, once it is over for 90 days.
- A stay of 90 days and more whose kind or end is not certain yet is open: shown as such, and counted as nothing else.
- A stay that began before the first crossing is long-term where the person was resident then; else nobody knows how
  long it lasted, and its end is undetermined.

Source: United Nations, Recommendations on Statistics of International Migration, Revision 1 (1998), long-term and
short-term migrants; days for its months are a choice of ours. `tests/accounting/oracle_lines.py` says the same plainly.
"""

from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from services.accounting.rules.residence.outcome import RESIDENT
from services.accounting.rules.residence.presence import Ints, Mask, Passages
from services.accounting.rules.residence.residence import NEVER

NONE: Final = -1
"""Instead of a day or a crossing: the stay began before the first crossing, or still goes on."""


class StayRule(NamedTuple):
    """Days: absences that join are shorter than `absence`; the least lengths of short-term and long-term stays."""

    absence: int
    short: int
    long: int


U98: Final = StayRule(absence=90, short=90, long=365)


class Term(IntEnum):
    """What a stay is."""

    VISIT = 0
    SHORT = 1
    LONG = 2
    OPEN = 3
    UNDETERMINED = 4


class Stays(NamedTuple):
    """Joined stays, each person's in order of time. `begun` and `left` are the positions of the crossings that tell of
    both ends, `ended`: that the absence after it is known to part it from any later stay."""

    person: Ints
    start: Ints
    end: Ints
    begun: Ints
    left: Ints
    term: Ints
    ended: Mask


def joined_stays(bounds: Passages, initial: npt.NDArray[np.uint8], obs_end: int, rule: StayRule = U98) -> Stays:
    """The stays of many persons; every bound lies before `obs_end`, `initial` has one status per person."""
    open_start = bounds.chosen(np.flatnonzero(bounds.first_of_each() & ~bounds.arrival))
    kept = bounds.chosen(~_joining(bounds, rule))
    starts, ends = kept.chosen(kept.arrival), kept.chosen(~kept.arrival)
    nothing = np.full(len(open_start.person), NONE, np.int64)
    # Each person's ends lie in the same order as their starts, the one without a start before all others.
    order = np.argsort(np.concatenate((open_start.person << 1, starts.person << 1 | 1)), kind="stable")
    person, start, begun = (
        np.concatenate(both)[order]
        for both in ((open_start.person, starts.person), (nothing, starts.day), (nothing, starts.source))
    )
    last = np.concatenate((person[1:] != person[:-1], [True]))[: len(person)]
    closed = ~last
    closed[last] = _departed(kept, person[last])
    end, left = np.full(len(person), NONE, np.int64), np.full(len(person), NONE, np.int64)
    end[closed], left[closed] = ends.day, ends.source
    left[~closed & (begun == NONE)] = open_start.source[np.isin(open_start.person, person[~closed & (begun == NONE)])]
    ended = closed & (~last | (obs_end - end >= rule.absence))
    return Stays(person, start, end, begun, left, _terms(person, start, end, ended, initial, obs_end, rule), ended)


def due(stays: Stays, persons: int, obs_end: int, rule: StayRule = U98) -> Ints:
    """Per person the smallest end of observation at which a stay may become another without a new crossing."""
    days = np.full(persons, NEVER, np.int64)
    known = stays.start != NONE
    present = np.flatnonzero((stays.end == NONE) & known & (stays.term != Term.LONG))
    lasted = obs_end - stays.start[present]
    days[stays.person[present]] = stays.start[present] + np.where(lasted < rule.short, rule.short, rule.long)
    away = np.flatnonzero((stays.end != NONE) & ~stays.ended & (~known | (stays.end - stays.start >= rule.short)))
    days[stays.person[away]] = stays.end[away] + rule.absence
    return days


def _joining(bounds: Passages, rule: StayRule) -> Mask:
    """Which bounds vanish: both of an absence that joins two stays."""
    brief = np.zeros(len(bounds.day), np.bool_)
    brief[1:] = (bounds.person[1:] == bounds.person[:-1]) & bounds.arrival[1:] & (np.diff(bounds.day) < rule.absence)
    brief[:-1] |= brief[1:]
    return brief


def _departed(kept: Passages, person: Ints) -> Mask:
    """Whether each of these persons (ascending) has left at last; who has no bound left has never been away long."""
    if not len(kept.person):
        return np.zeros(len(person), np.bool_)
    at = np.maximum(np.searchsorted(kept.person, person, side="right") - 1, 0)
    departed: Mask = (kept.person[at] == person) & ~kept.arrival[at]
    return departed


def _terms(
    person: Ints, start: Ints, end: Ints, ended: Mask, initial: npt.NDArray[np.uint8], obs_end: int, rule: StayRule
) -> Ints:
    length = np.where(end == NONE, obs_end, end) - start
    over = np.where(length >= rule.short, Term.SHORT, Term.VISIT)
    term = np.where(length >= rule.long, Term.LONG, np.where(ended, over, Term.OPEN))
    resident = initial[person] == RESIDENT
    return np.where(start == NONE, np.where(resident, Term.LONG, Term.UNDETERMINED), term).astype(np.int64)
