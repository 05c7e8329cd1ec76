"""The forecast of one series: by the model that was better in the past, or none, with the reason."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

import numpy as np

from services.accounting.rules.forecasts.breaks import TESTED, breaks, usable_from
from services.accounting.rules.forecasts.models import MODELS, Model, ModelName, Outlook, seasonal_naive
from services.accounting.rules.forecasts.scores import Score, interval, score
from services.accounting.rules.forecasts.series import HORIZON, LEAST, Floats, MonthlySeries, month_number, period_of

Stopped = Literal["SHORT", "BREAK"]
"""Why nothing is forecast: fewer than LEAST months; fewer than that since the series broke."""
DIGITS: Final = 1


class ForecastMonth(NamedTuple):
    """What is expected of a month, with the intervals of 80 and 95 %."""

    period: str
    value: float
    lower_80: float
    upper_80: float
    lower_95: float
    upper_95: float


class SeriesForecast(NamedTuple):
    """`first` and `last` name the months that were learned from (None: none), `broken` the last month of the newest
    year whose level was beyond the past; `break_tested` is False where the series is too short to say. `model` is the
    one that was better, `scores` are those of every model that could be judged."""

    first: str | None
    last: str | None
    break_tested: bool
    broken: str | None
    stopped: Stopped | None
    model: ModelName | None
    scores: Mapping[ModelName, Score]
    months: tuple[ForecastMonth, ...]

    @property
    def learned(self) -> int:
        """How many months were learned from."""
        return month_number(self.last) - month_number(self.first) + 1 if self.first and self.last else 0


def forecast(series: MonthlySeries, *, signed: bool, models: Mapping[ModelName, Model] = MODELS) -> SeriesForecast:
    """`signed`: whether values below 0 are possible, as of a net flow; a count is never forecast below 0."""
    flagged = breaks(series.values)
    usable = series.since(usable_from(flagged))
    broken = period_of(series.first + flagged[-1]) if flagged else None
    some = len(usable.values) > 0
    about = (
        period_of(usable.first) if some else None,
        period_of(usable.following - 1) if some else None,
        len(series.values) >= TESTED,
        broken,
    )
    if len(usable.values) < LEAST:
        return SeriesForecast(*about, "BREAK" if broken else "SHORT", None, {}, ())
    scores = {name: found for name, model in models.items() if (found := score(usable.values, model))}
    chosen = min(scores, key=lambda name: _mase(scores[name]))
    expected = models[chosen](usable.values)
    if expected is None:
        chosen, expected = "SNAIVE", seasonal_naive(usable.values)
    return SeriesForecast(*about, None, chosen, scores, _months(usable.following, expected, signed=signed))


def _mase(score: Score) -> float:
    return float("inf") if score.mase is None else score.mase


def _months(following: int, expected: Outlook, *, signed: bool) -> tuple[ForecastMonth, ...]:
    bounds = [bound for level in (80, 95) for bound in interval(expected, level)]
    columns: list[Floats] = [np.round(each, DIGITS) for each in (expected.mean, *bounds)]
    if not signed:
        columns = [np.maximum(each, 0) for each in columns]
    return tuple(
        ForecastMonth(period_of(following + ahead), *(float(column[ahead]) for column in columns))
        for ahead in range(HORIZON)
    )
