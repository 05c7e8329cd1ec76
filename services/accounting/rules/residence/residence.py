"""The 12/16-month rule over the crossings of many persons at once: who is a long-term migrant, and when.

Reference: Stats NZ, "Defining migrants using travel histories and the 12/16-month rule" (2017) and its open package
`migstat`. Status before a crossing is resident 1, non-resident 0 or not known. With `same` = days in the state that the
crossing leads to and `opposite` = the other observed days of its window [d, d + 487), cut at the end of observation:

1. not known before -> not known after;
2. an arrival of a resident, a departure of a non-resident changes nothing, finally;
3. else, opposite > 122: nothing changes, finally; same >= 365: status flips, the crossing is a migration, finally;
   neither yet: it is open, and so is every later crossing of the person,
4. except one in the other direction with fewer than 243 same-direction days since: surely no migration, even though the
   status around it is not known yet.

Spells are half-open: the day of arrival is spent in the country, the day of departure is not. Between two arrivals (or
two departures) the missing crossing is imputed at the midpoint, rounded down. Choices where the sources are silent:

- An imputed crossing tells where the days were spent and nothing else: it is never a migration itself and carries the
  status on. So does migstat. (A guessed day must not create an emigration and an immigration that nobody saw.)
- Crossings on or after the end of observation are as if not yet known, also as partners of an imputed crossing.
- A person whose first status is not known stays undetermined, whatever follows: that is M1216, as migstat has it.
  M1216R beside it (5.1) runs the rule from both possible statuses: from the first crossing after which they agree, the
  common result holds.
- Crossings before the register's first day count like others; they only never tell the first status by themselves.
- V and W must satisfy V <= W < 2V, else two migrations could share a window.

`tests/accounting/oracle_residence.py` says the same in plain Python; a test holds both equal on a million crossings.
Plain numpy on purpose: on a million crossings compiled code (numba) saved a tenth of a second and cost more than one to
load.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from services.accounting.rules.residence.outcome import NOT_KNOWN, Migration, States, compose, follows_gap, resolve
from services.accounting.rules.residence.outcome import after as status_after
from services.accounting.rules.residence.outcome import before as status_before

Days = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]


class Rule(NamedTuple):
    """V of W days: part of the method's version. 16 calendar months are 485 to 488 days, so days are fixed."""

    threshold: int
    window: int

    @property
    def tolerance(self) -> int:
        """Days in the opposite state that a migrant may still spend inside the window (122)."""
        return self.window - self.threshold

    @property
    def separation(self) -> int:
        """Two migrations of a person lie at least so many days apart (243)."""
        return 2 * self.threshold - self.window


M1216: Final = Rule(threshold=365, window=487)

NEVER: Final = 2**31 - 1
"""A due day that does not come."""


class Classified(NamedTuple):
    """`states` per crossing (rules.outcome; 0 outside the vintage), by M1216 and M1216R; `due` per person: the
    smallest end of observation at which the outcome may change without a new event, or NEVER."""

    states: States
    due: Days


class Imputed(NamedTuple):
    """Missing crossings. `before` is the index of the crossing that each one precedes; `status` holds around it."""

    before: Days
    day: Days
    arrival: Mask
    status: Codes


def classify(
    lengths: Days, day: npt.NDArray[np.integer], arrival: Mask, initial: Codes, obs_end: int, rule: Rule = M1216
) -> Classified:
    """Classify all crossings of many persons.

    `lengths` and `initial` (0, 1, NOT_KNOWN) have one value per person, `day` (days since 1970) and `arrival` one per
    crossing, persons one after the other, each person's crossings in order of time. `obs_end` is the first day that the
    data do not cover.
    """
    observed = day < obs_end
    person = np.repeat(np.arange(len(lengths)), lengths)
    inside = _Observed(person[observed], day[observed].astype(np.int64), arrival[observed], obs_end, rule)
    outcome = inside.resolved(inside.outcome(initial), initial)
    states = np.zeros(len(day), np.uint8)
    states[observed] = outcome.states
    beyond = np.flatnonzero(~observed)
    np.minimum.at(outcome.due, person[beyond], day[beyond].astype(np.int64) + 1)
    return Classified(states, outcome.due)


def imputed(day: npt.NDArray[np.integer], arrival: Mask, states: States) -> Imputed:
    """The missing crossings of classified histories, at the floor midpoint between two crossings of one direction."""
    before = np.flatnonzero(follows_gap(states))
    earlier, later = day[before - 1].astype(np.int64), day[before].astype(np.int64)
    return Imputed(before, earlier + (later - earlier) // 2, ~arrival[before], status_before(states[before]))


class _Presence:
    """Running count of days in the country, missing crossings imputed."""

    def __init__(self, person: Days, day: Days, arrival: Mask) -> None:
        self._keys = person << 32 | day
        self._person, self._day, self._arrival = person, day, arrival
        same_person = person[1:] == person[:-1]
        self.gap = np.zeros(len(day), np.bool_)
        self.gap[1:] = same_person & (arrival[1:] == arrival[:-1])
        spell = np.where(same_person, np.diff(day), 0)
        first_part = np.where(self.gap[1:], spell // 2, spell)
        self.total = np.zeros(len(day), np.int64)
        np.cumsum(np.where(arrival[:-1], first_part, spell - first_part), out=self.total[1:])
        self._turn = np.full(len(day), NEVER, np.int64)  # the day on which an imputed crossing ends the spell begun
        self._turn[:-1][self.gap[1:]] = (day[:-1] + first_part)[self.gap[1:]]

    def until(self, end: Days) -> Days:
        """Days in the country from each crossing up to, not including, its own later day `end`."""
        last = np.searchsorted(self._keys, self._person << 32 | end) - 1
        turn = np.minimum(self._turn[last], end)
        since_last = np.where(self._arrival[last], turn - self._day[last], end - turn)
        return self.total[last] + since_last - self.total


class _Observed:
    """The rule on crossings that all lie inside the vintage.

    No recursion is needed. A crossing whose `same` reaches V leaves its own side as status, whatever held before; one
    whose `opposite` exceeds the tolerance leaves the status as it was. So while it is known, the status before a
    crossing is the side of the last one that lasted, else the initial status; and the first undecided crossing against
    that status ends the known part.
    """

    def __init__(self, person: Days, day: Days, arrival: Mask, obs_end: int, rule: Rule) -> None:
        self.person, self.day, self.arrival, self.obs_end, self.rule = person, day, arrival, obs_end, rule
        self.presence = _Presence(person, day, arrival)
        end = np.minimum(day + rule.window, obs_end)
        inside = self.presence.until(end)
        self.same = np.where(arrival, inside, end - day - inside)
        self.opposite = end - day - self.same
        self.lasting = self.same >= rule.threshold

    def outcome(self, initial: Codes) -> Classified:
        """States of all crossings; due days of the persons, as far as their open crossings go."""
        known = initial[self.person] != NOT_KNOWN
        before = self._carried(initial)
        undecided = ~self.lasting & (self.opposite <= self.rule.tolerance)
        opening = self._first_of_each(np.flatnonzero(undecided & known & (before != self.arrival)))
        opener = np.full(len(initial), len(self.day))
        opener[self.person[opening]] = opening
        later = np.flatnonzero(np.arange(len(self.day)) > opener[self.person])
        before[later] = NOT_KNOWN
        before[~known] = NOT_KNOWN
        after = np.where(self.lasting & (before != NOT_KNOWN), self.arrival, before)
        after[opening] = NOT_KNOWN
        migration = (before != after).astype(np.uint8)
        migration[opening] = Migration.OPEN
        migration[later] = self._sticky(later, opener[self.person[later]])
        migration[~known] = Migration.UNDETERMINED
        states = compose(before, after, migration, self.presence.gap)
        return Classified(states, self._due(opening, len(initial)))

    def resolved(self, outcome: Classified, initial: Codes) -> Classified:
        """The same outcome, with what M1216R says of the persons whose first status is not known.

        Their due day is the first on which the rule may say something else from either status.
        """
        unknown = np.flatnonzero(initial[self.person] == NOT_KNOWN)
        if not len(unknown):
            return outcome
        theirs = _Observed(self.person[unknown], self.day[unknown], self.arrival[unknown], self.obs_end, self.rule)
        outside, resident = (theirs.outcome(np.full_like(initial, start)) for start in (0, 1))
        states = outcome.states.copy()
        states[unknown] = resolve(states[unknown], theirs.common(outside.states, resident.states, len(initial)))
        return Classified(states, np.minimum(outcome.due, np.minimum(outside.due, resident.due)))

    def common(self, outside: States, resident: States, persons: int) -> States:
        """What two outcomes of the same crossings say alike: all from the first crossing on after which they agree;
        of that one the status after it, of earlier ones nothing."""
        agreed = status_after(outside)
        agreeing = self._first_of_each(np.flatnonzero((agreed == status_after(resident)) & (agreed != NOT_KNOWN)))
        meeting = np.full(persons, len(self.day))
        meeting[self.person[agreeing]] = agreeing
        unknown = np.full(len(self.day), NOT_KNOWN, np.uint8)
        after = unknown.copy()
        after[agreeing] = agreed[agreeing]
        undetermined = compose(unknown, after, np.full_like(unknown, Migration.UNDETERMINED), self.presence.gap)
        return np.where(np.arange(len(self.day)) > meeting[self.person], outside, undetermined)

    def _carried(self, initial: Codes) -> Codes:
        """Status before each crossing as long as nothing is open."""
        position = np.arange(len(self.day))
        latest = np.maximum.accumulate(np.where(self.lasting, position, -1))
        previous = np.concatenate(([-1], latest[:-1]))[: len(position)]
        own = (previous >= 0) & (self.person[previous] == self.person)
        return np.where(own, self.arrival[previous], initial[self.person]).astype(np.uint8)

    def _first_of_each(self, positions: Days) -> Days:
        """Of ascending positions, the first one of each person."""
        person = self.person[positions]
        return positions[np.concatenate(([True], person[1:] != person[:-1]))[: len(positions)]]

    def _sticky(self, later: Days, opener: Days) -> Codes:
        """Crossings after an open one are open, unless they turn back too soon to be a migration either way."""
        inside = self.presence.total[later] - self.presence.total[opener]
        since = np.where(self.arrival[opener], inside, self.day[later] - self.day[opener] - inside)
        turned_back = (self.arrival[later] != self.arrival[opener]) & (since < self.rule.separation)
        return np.where(turned_back, Migration.NO, Migration.OPEN).astype(np.uint8)

    def _due(self, opening: Days, persons: int) -> Days:
        """The end of observation at which each open crossing is decided if the person does not cross again.

        On the side it leads to, the person lasts from `same` days to V; on the other, from `opposite` to the tolerance
        exceeded. One of the two comes before the window is full, and before it nothing changes.
        """
        last = np.searchsorted(self.person, self.person[opening], side="right") - 1
        wait = np.where(
            self.arrival[last] == self.arrival[opening],
            self.rule.threshold - self.same[opening],
            self.rule.tolerance + 1 - self.opposite[opening],
        )
        due = np.full(persons, NEVER, np.int64)
        due[self.person[opening]] = self.obs_end + wait
        return due
