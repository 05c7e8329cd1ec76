"""A monthly series: the newest months that follow each other without a gap."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

YEAR = 12
HORIZON = 12
"""Months that are forecast at most (5-method 5.7)."""
LEAST = 3 * YEAR
"""Months of data without which nothing is forecast (5-method 5.7)."""


class MonthlySeries(NamedTuple):
    """Values of consecutive months; `first` is the first one's number (`month_number`)."""

    first: int
    values: Floats

    def since(self, position: int) -> "MonthlySeries":
        return MonthlySeries(self.first + position, self.values[position:])

    @property
    def following(self) -> int:
        """The number of the month after the last."""
        return self.first + len(self.values)


def month_number(period: str) -> int:
    """`2024-05` as months since year 0."""
    year, month = period.split("-")
    return int(year) * YEAR + int(month) - 1


def period_of(number: int) -> str:
    """The month with a number, as `2024-05`."""
    return f"{number // YEAR:04}-{number % YEAR + 1:02}"


def newest_run(values: Mapping[str, float]) -> MonthlySeries:
    """The newest months in a row that have a value; what lies before a gap is no part of the series."""
    known = {month_number(period): value for period, value in values.items()}
    last = first = max(known, default=0) + 1
    while first - 1 in known:
        first -= 1
    return MonthlySeries(first, np.array([known[each] for each in range(first, last)], np.float64))
