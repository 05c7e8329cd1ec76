"""Business trips to other regions than the permit's: at most so many days of a calendar year.

Source: conditions of permits (order 279 of 30.06.2023), as reported; the text was not read. A day on which two
trips meet counts once.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from shared.kernel.calendar import add_days
from shared.kernel.norms import Norm

Trip = tuple[date, date]
"""The first and the last day."""


def beyond(trip: Trip, others: Sequence[Trip], norm: Norm) -> dict[int, int]:
    """Days too many by calendar year, of the years of `trip`, with all `others`; empty where the limit is kept."""
    years = range(trip[0].year, trip[1].year + 1)
    counted = Counter(day.year for day in _days((trip, *others)))
    return {year: counted[year] - norm.whole() for year in years if counted[year] > norm.whole()}


def _days(trips: Iterable[Trip]) -> set[date]:
    """Trips lie within a permit's time, of three years at most."""
    return {add_days(first, number) for first, last in trips for number in range((last - first).days + 1)}
