"""Days in the country of many persons, from their crossings: what the methods that count days and stays stand on.

Spells are half-open: the day of arrival is spent in the country, the day of departure is not. Between two crossings of
one direction the missing one is imputed at the midpoint, rounded down, as the 12/16-month rule has it. Before the first
crossing a person was on the side that it leaves, after the last one they are on the side that it leads to.
"""

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Passages(NamedTuple):
    """Crossings of many persons, each person's in order of time and in turn: an arrival, a departure, an arrival ...

    `source` is the position of the crossing that tells of a bound: itself, or for an imputed one the real bound of the
    same stay in the country.
    """

    person: Ints
    day: Ints
    arrival: Mask
    source: Ints

    @classmethod
    def of(cls, person: Ints, day: Ints, arrival: Mask) -> Self:
        """From crossings as they were recorded."""
        gap = np.flatnonzero((person[1:] == person[:-1]) & (arrival[1:] == arrival[:-1])) + 1
        missing_day = day[gap - 1] + (day[gap] - day[gap - 1]) // 2
        position = np.arange(len(day))
        return cls(
            np.insert(person, gap, person[gap]),
            np.insert(day, gap, missing_day),
            np.insert(arrival, gap, ~arrival[gap]),
            np.insert(position, gap, np.where(arrival[gap], gap - 1, gap)),
        )

    def first_of_each(self) -> Mask:
        """Whether a bound is its person's first one."""
        return np.concatenate(([True], self.person[1:] != self.person[:-1]))[: len(self.person)]

    def last_of_each(self) -> Mask:
        """Whether a bound is its person's last one."""
        return np.concatenate((self.person[1:] != self.person[:-1], [True]))[: len(self.person)]

    def chosen(self, which: npt.NDArray[np.generic]) -> Self:
        """Some of them, in order."""
        return type(self)(*(each[which] for each in self))


class Presence:
    """Running count of days in the country over bounds, of which there is at least one."""

    def __init__(self, bounds: Passages) -> None:
        self._bounds = bounds
        self._keys = bounds.person << 32 | bounds.day
        same_person = bounds.person[1:] == bounds.person[:-1]
        spell = np.where(same_person & bounds.arrival[:-1], np.diff(bounds.day), 0)
        self._total = np.concatenate(([0], np.cumsum(spell)))

    def since_first(self, person: Ints, first: Ints, day: Ints) -> Ints:
        """Days in the country from each person's first bound, at position `first`, up to, not including, a `day`; below
        0 for days before it that were spent in the country."""
        at = np.searchsorted(self._keys, person << 32 | day, side="right") - 1
        before = at < first
        at = np.maximum(at, first)
        inside = np.where(before, ~self._bounds.arrival[first], self._bounds.arrival[at])
        total: Ints = self._total[at] - self._total[first] + np.where(inside, day - self._bounds.day[at], 0)
        return total
