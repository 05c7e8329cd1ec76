"""Days as registers and statistics give them: dates known in part, and statistical periods.

Periods are half-open, `[start, end)`: the end is the first day that no longer belongs.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, Self

Frequency = Literal["M", "Q", "A"]

MONTHS_IN: dict[Frequency, int] = {"M": 1, "Q": 3, "A": 12}

_PARTIAL_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_PERIOD = re.compile(r"([12][0-9]{3})(?:-(?:A1|Q([1-4])|M?(0[1-9]|1[0-2])))?")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of which only the year, or year and month, may be known: `1990`, `1990-05`, `1990-05-01`."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.month is None and self.day is not None:
            raise ValueError("a day without its month says nothing")
        date(self.year, 1 if self.month is None else self.month, 1 if self.day is None else self.day)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError, without repeating the text (it may be a birth date), where it is no such date."""
        match = _PARTIAL_DATE.fullmatch(text)
        if match is None:
            raise ValueError("must be a date, year and month, or year: YYYY-MM-DD, YYYY-MM or YYYY")
        try:
            return cls(*(int(part) if part else None for part in match.groups()))  # type: ignore[arg-type]
        except ValueError:
            raise ValueError("is not a day of the calendar") from None

    def __str__(self) -> str:
        return "-".join([f"{self.year:04}", *(f"{part:02}" for part in (self.month, self.day) if part is not None)])

    def agrees_with(self, other: "PartialDate") -> bool:
        """True if both can be the same day: nothing that both know differs. Not transitive."""
        known = zip((self.year, self.month, self.day), (other.year, other.month, other.day), strict=True)
        return all(mine is None or theirs is None or mine == theirs for mine, theirs in known)


@dataclass(frozen=True, slots=True)
class Period:
    """A month, quarter or year; `number` counts from 1 within the year."""

    frequency: Frequency
    year: int
    number: int = 1

    @classmethod
    def parse(cls, text: str) -> Self:
        """From an SDMX time period: `2024` or `2024-A1`, `2024-Q1`, `2024-05` or `2024-M05`. Raises ValueError."""
        match = _PERIOD.fullmatch(text)
        if match is None:
            raise ValueError("must be a year, quarter or month: 2024, 2024-Q1 or 2024-05")
        year, quarter, month = match.groups()
        if quarter:
            return cls("Q", int(year), int(quarter))
        return cls("M", int(year), int(month)) if month else cls("A", int(year))

    @classmethod
    def containing(cls, day: date, frequency: Frequency) -> Self:
        return cls(frequency, day.year, (day.month - 1) // MONTHS_IN[frequency] + 1)

    @property
    def start(self) -> date:
        return date(self.year, (self.number - 1) * MONTHS_IN[self.frequency] + 1, 1)

    @property
    def end(self) -> date:
        """The day after the last one."""
        passed = self.number * MONTHS_IN[self.frequency]
        return date(self.year + passed // 12, passed % 12 + 1, 1)

    def next(self) -> Self:
        in_year = 12 // MONTHS_IN[self.frequency]
        if self.number < in_year:
            return type(self)(self.frequency, self.year, self.number + 1)
        return type(self)(self.frequency, self.year + 1)

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __str__(self) -> str:
        """As SDMX writes it and `parse` reads it."""
        suffix = {"M": f"-{self.number:02}", "Q": f"-Q{self.number}", "A": ""}
        return f"{self.year:04}{suffix[self.frequency]}"
