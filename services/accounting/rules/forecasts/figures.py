"""Forecasts, their scores and what stops them as figures: DF_FORECAST, which no client takes for a count."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from services.accounting.rules.figures.dataflows import FLOWS
from services.accounting.rules.figures.figures import Figure, Key
from services.accounting.rules.forecasts.forecast import SeriesForecast
from services.accounting.rules.forecasts.models import ModelName
from services.accounting.rules.forecasts.scores import Score

FLOW: Final = "DF_FORECAST"
ANY_MODEL: Final = "_T"
_BOUNDS: Final = ("lower_80", "upper_80", "lower_95", "upper_95")
_COMMON: Final = ("FREQ", "INDICATOR", "METHOD", "REF_AREA", "CITIZEN")
_AT: Final = tuple(map(FLOWS["DF_FLOW"].position, _COMMON))
_HUNDREDTH: Final = Decimal("0.01")


def figures(found: Mapping[str, SeriesForecast]) -> Iterator[Figure]:
    """Of every series, by its key in DF_FLOW: the months that are forecast, with their bounds (status F); in the last
    month that was learned from, how many months were, and each model's score; and the month whose year broke it."""
    for key, each in found.items():
        codes = key.split(".")
        yield from _figures(tuple(codes[at] for at in _AT), each)


def _figures(series: Key, each: SeriesForecast) -> Iterator[Figure]:
    if each.learned and each.last:
        yield Figure((*series, ANY_MODEL, "LEARNED"), each.last, each.learned, "A", unit="NR")
    if each.broken:
        yield Figure((*series, ANY_MODEL, "BREAK"), each.broken, 1, "A", unit="NR")
    for model, score in each.scores.items():
        yield from _scores(series, each.last or "", model, score)
    for month in each.months:
        values = (("EXPECTED", month.value), *((name.upper(), getattr(month, name)) for name in _BOUNDS))
        for measure, value in values:
            yield Figure((*series, each.model or ANY_MODEL, measure), month.period, Decimal(str(value)), "F")


def _scores(series: Key, period: str, model: ModelName, score: Score) -> Iterator[Figure]:
    if score.mase is not None:
        yield Figure((*series, model, "MASE"), period, _rounded(score.mase), "A", unit="NR")
    for level, share in score.covered.items():
        yield Figure((*series, model, f"COVERED_{level}"), period, _rounded(100 * share), "A", unit="PT")


def _rounded(value: float) -> Decimal:
    return Decimal(value).quantize(_HUNDREDTH)
