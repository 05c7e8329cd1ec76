"""Spans of a stay: days one after the other under one right, and the first of them beyond a limit (P5)."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Literal

from shared.kernel.calendar import add_days
from shared.kernel.norms import Norm

Right = Literal[
    "citizen",
    "residence_permit",
    "work_permit",
    "eaeu_worker",
    "protection",
    "visa",
    "eaeu",
    "visa_free",
    "none",
    "unknown",
]


@dataclass(frozen=True, slots=True)
class Limit:
    """So many days after one entry, or in the window, and the norm that says so."""

    norm: Norm
    days: int
    per_entry: bool


@dataclass(frozen=True, slots=True)
class StaySpan:
    """Days of one stay, one after the other, under one right. `limits` are those of a right that is free of visa.

    `used_before` are the days free of visa that were used after the entry and before the span, `counted` the spans of
    days without a title until then and in it, apart from each other and in order, `window` the length of the window.
    """

    first: date
    last: date
    entered: date
    right: Right
    limits: tuple[Limit, ...]
    used_before: int
    counted: tuple[tuple[date, date], ...]
    window: int

    def since_entry(self, day: date) -> int:
        return self.used_before + (day - self.first).days + 1

    def in_window(self, day: date) -> int:
        """Each day adds one and takes away one at most: while somebody stays, the sum never falls."""
        start = add_days(day, 1 - self.window)
        recent = takewhile(lambda days: days[1] >= start, reversed(self.counted))
        return sum((min(last, day) - max(first, start)).days + 1 for first, last in recent)

    def used(self, limit: Limit, day: date) -> int:
        return self.since_entry(day) if limit.per_entry else self.in_window(day)

    def lawful(self, day: date) -> bool | None:
        if self.right == "unknown":
            return None
        return self.right != "none" and all(self.used(limit, day) <= limit.days for limit in self.limits)

    @property
    def unlawful_from(self) -> date | None:
        """The first unlawful day; those after it in the span are unlawful too. None where there is none."""
        if self.right == "none":
            return self.first
        return min((day for limit in self.limits if (day := self._beyond(limit)) is not None), default=None)

    def _beyond(self, limit: Limit) -> date | None:
        """The first day beyond one limit."""
        if self.used(limit, self.last) <= limit.days:
            return None
        if limit.per_entry:
            return add_days(self.first, max(limit.days - self.used_before, 0))
        soonest = max(limit.days + 1 - self.in_window(self.first), 0)  # it grows by one a day at most
        if self.in_window(day := add_days(self.first, soonest)) > limit.days:
            return day
        days = range((self.last - self.first).days + 1)
        beyond = bisect_left(days, limit.days + 1, soonest, key=lambda n: self.in_window(add_days(self.first, n)))
        return add_days(self.first, beyond)
