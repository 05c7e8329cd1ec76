"""Reporting periods of the reports, a year or a half-year, and the last day on which a report of one is due.

Source: the action plan of the concept of migration policy for 2017-2021 and the decree that approves it (decree 602 of
29 September 2017, points 2 and 3; plan items 4-7, 13, 15, 17, 18, 27).
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, Self

from shared.kernel.calendar import add_days
from shared.kernel.norms import Norm, NormsInForce

Every = Literal["A", "S"]
"""A year or a half-year, as SDMX writes their periods: `2025`, `2025-S1`."""

Term = Literal["report_to_ministry", "report_to_government", "report_half_year", "report_yearly_elsewhere"]
"""The norms of the days on which reports are due."""
ASSUMED_TERMS: Final[frozenset[Term]] = frozenset({"report_half_year", "report_yearly_elsewhere"})
"""Those that no source sets: the plan asks once in a half-year or year, and names no day (decision 0076)."""

_PERIOD: Final = re.compile(r"((?:19|20)[0-9]{2})(?:-S([12]))?")


@dataclass(frozen=True, slots=True, order=True)
class ReportPeriod:
    """A year, or the first or second half of one."""

    year: int
    half: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Of `2025` or `2025-S1`. Raises ValueError."""
        match = _PERIOD.fullmatch(text)
        if match is None:
            raise ValueError("must be a year or a half-year: 2025 or 2025-S1")
        return cls(int(match[1]), int(match[2]) if match[2] else None)

    @classmethod
    def containing(cls, day: date, every: Every) -> Self:
        return cls(day.year) if every == "A" else cls(day.year, 1 if day.month <= 6 else 2)

    @property
    def every(self) -> Every:
        return "S" if self.half else "A"

    @property
    def end(self) -> date:
        """The day after the last one."""
        return date(self.year, 7, 1) if self.half == 1 else date(self.year + 1, 1, 1)

    def before(self) -> Self:
        if self.half == 2:
            return type(self)(self.year, 1)
        return type(self)(self.year - 1, 2 if self.half else None)

    def __str__(self) -> str:
        return f"{self.year}-S{self.half}" if self.half else str(self.year)


def due_on(period: ReportPeriod, term: Norm) -> date:
    """The last day on which a report is due: so many days after its period, the first of them counted as one."""
    return add_days(period.end, term.whole() - 1)


def due_day(period: str, term: str, norms: NormsInForce) -> date:
    """`due_on` of a period as it is written and a term by its name: what regulation cases ask."""
    return due_on(ReportPeriod.parse(period), norms[term])


def last_over(day: date, every: Every) -> ReportPeriod:
    """The newest period that is over on a day."""
    return ReportPeriod.containing(day, every).before()
