"""How far released figures have moved since they were first released: DF_REVISION, from the revision triangle.

The triangle holds, for each series and reference period, the value of every release that shows it. A figure at a lag is
the one that stood so many months after its first release; it is known once that time has passed. Terms are those of
revision analysis (OECD): a revision is the later value less the first.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, NamedTuple

from services.accounting.rules.figures.figures import Figure
from services.accounting.rules.figures.units import PER_CENT, unit_of
from services.accounting.rules.spans import span
from shared.kernel.calendar import add_months

FLOW: Final = "DF_REVISION"
LAGS: Final[Mapping[str, int]] = {"M1": 1, "M3": 3, "M6": 6, "M12": 12, "M24": 24, "M36": 36}
"""CL_LAG -> months since the first release; beside them LATEST, however long that is."""
LATEST: Final = "LATEST"
HUNDREDTH: Final = Decimal("0.01")


class RevisedSeries(NamedTuple):
    """Of a released series: the codes of the nation's key before METHOD's dimensions, the area, and the dataflow: two
    may show one indicator by one method."""

    frequency: str
    indicator: str
    method: str
    area: str
    flow: str


class ReleasedValue(NamedTuple):
    """A value that stood from a moment on, and its calendar day, until the next one's."""

    since: datetime
    day: date
    value: int


Triangle = Mapping[tuple[RevisedSeries, str], Sequence[ReleasedValue]]
"""By series and reference period, the oldest first. Of releases that agree only the first need be there."""


def revisions(triangle: Triangle, at: datetime, day: date) -> list[Figure]:
    """Every figure of DF_REVISION as of the release at a moment of a day, the newest that counts."""
    found: list[Figure] = []
    by_lag: dict[tuple[RevisedSeries, str], list[tuple[str, int]]] = defaultdict(list)
    for (series, period), all_vintages in triangle.items():
        vintages = [each for each in all_vintages if each.since <= at]
        if not vintages:
            continue
        for lag, value in _at_lags(vintages, at, day):
            by_lag[series, lag].append((period, value - vintages[0].value))
            found.append(_figure(series, "REVISION", lag, period, value - vintages[0].value, day))
        found += _ranges(series, period, [each.value for each in vintages], day)
    for (series, lag), moved in by_lag.items():
        found += _means(series, lag, moved, day)
    return sorted(found, key=lambda each: (each.key, each.period))


def _at_lags(vintages: Sequence[ReleasedValue], at: datetime, day: date) -> Iterator[tuple[str, int]]:
    """The values that are known; LATEST is, once a later release could have changed the first value."""
    if at > vintages[0].since:
        yield LATEST, vintages[-1].value
    for lag, months in LAGS.items():
        until = add_months(vintages[0].day, months)
        if until <= day:
            yield lag, [each.value for each in vintages if each.day <= until][-1]


def _ranges(series: RevisedSeries, period: str, values: Sequence[int], day: date) -> Iterator[Figure]:
    yield _figure(series, "RANGE", LATEST, period, max(values) - min(values), day)
    if values[-1]:
        error = abs(Decimal(100) * (values[0] - values[-1]) / values[-1]).quantize(HUNDREDTH, ROUND_HALF_EVEN)
        yield _figure(series, "PRECOCITY", LATEST, period, error, day, unit=PER_CENT)


def _means(series: RevisedSeries, lag: str, moved: Sequence[tuple[str, int]], day: date) -> Iterator[Figure]:
    """Over all reference periods, in whole years from the first to the last."""
    values = [value for _, value in moved]
    period = _years(each for each, _ in moved)
    for what, several in (("MEAN_REVISION", values), ("MEAN_ABS_REVISION", list(map(abs, values)))):
        mean = (Decimal(sum(several)) / len(several)).quantize(HUNDREDTH, ROUND_HALF_EVEN)
        yield _figure(series, what, lag, period, mean, day, comment=f"n = {len(several)}")


def _years(periods: Iterable[str]) -> str:
    years = sorted({span(each)[0].year for each in periods})
    return f"{years[0]:04d}-01-01/P{years[-1] - years[0] + 1}Y"


def _figure(
    series: RevisedSeries,
    what: str,
    lag: str,
    period: str,
    value: Decimal | int,
    day: date,
    *,
    unit: str | None = None,
    comment: str | None = None,
) -> Figure:
    unit = unit or unit_of(series.flow, series.indicator)
    return Figure((*series, what, lag), period, value, "A", unit=unit, released=day, comment=comment)
