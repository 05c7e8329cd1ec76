"""Forecasts as everybody reads them: those of the newest release that has any, with their scores."""

from collections.abc import Callable
from typing import Final, NamedTuple

from pydantic import BaseModel, Field

from services.accounting.cases.figures.read_released import Snapshots
from services.accounting.rules.figures.dataflows import FLOWS
from services.accounting.rules.forecasts.forecast import SeriesForecast, Stopped
from services.accounting.rules.forecasts.models import ModelName
from services.accounting.store.forecasts import forecast as store
from shared.errors import NotFound

NO_FORECAST: Final = "There is no forecast of this series; the list names those that there are."
Said = Callable[["KeyedForecast"], str]
"""Tells in words what a forecast is, how good it was, or why there is none."""


class KeyedForecast(NamedTuple):
    """A forecast, of which series."""

    indicator: str
    method: str
    citizenship: str
    forecast: SeriesForecast


class ModelScore(BaseModel):
    """Forecasts from rolling origins of the past, by what was known then, held to what came."""

    model: ModelName = Field(description="`ETS`: exponential smoothing, damped trend; `SNAIVE`: as a year before")
    origins: int
    months: int = Field(description="months that were forecast from all origins together")
    mase: float | None = Field(
        description="mean absolute error as a share of the seasonal naive's in the months before each origin; below 1: "
        "better; null: nothing ever changed there"
    )
    covered_80: float = Field(description="share of the 80 % intervals that held what came")
    covered_95: float = Field(description="share of the 95 % intervals that did")


class ForecastNote(BaseModel):
    """A series that is forecast, or is not, and why."""

    id: str = Field(description="the series' key in DF_FLOW")
    release: int = Field(description="from which it is made, and from nothing else")
    indicator: str
    method: str
    citizenship: str = Field(description="`_T`: all")
    model: ModelName | None = Field(description="the one that erred least; null: nothing is forecast")
    stopped: Stopped | None = Field(
        description="why nothing is forecast. `SHORT`: fewer than 36 months; `BREAK`: fewer since the series broke"
    )
    broken: str | None = Field(description="the last month of the newest year whose level is beyond all of the past")
    break_tested: bool = Field(description="false: the series is too short to say whether it breaks")
    learned_from: str | None = Field(description="first month")
    learned_through: str | None = Field(description="last month")
    scores: list[ModelScore] = Field(description="of each model that could be fitted at every origin")
    explanation: str


class MonthForecast(BaseModel):
    """What is expected of a month; intervals are of chance alone, as the model has it: hold them to their coverage."""

    period: str
    value: float
    lower_80: float
    upper_80: float
    lower_95: float
    upper_95: float


class Forecast(ForecastNote):
    """A series with the months that are forecast."""

    months: list[MonthForecast]


async def forecasts(reader: Snapshots, said: Said) -> list[ForecastNote]:
    """Every series of the newest release that has forecasts, the nation's first; none before the first."""
    return [ForecastNote(**_about(release, key, each, said)) for release, key, each in await _newest(reader)]


async def forecast(reader: Snapshots, id: str, said: Said) -> Forecast:
    """One series. Raises NotFound."""
    for release, key, found in await _newest(reader, id):
        months = [MonthForecast(**month._asdict()) for month in found.months]
        return Forecast(**_about(release, key, found, said), months=months)
    raise NotFound(NO_FORECAST)


async def _newest(reader: Snapshots, key: str | None = None) -> list[tuple[int, str, SeriesForecast]]:
    async with reader.snapshot() as connection:
        release = await store.newest(connection)
        found = {} if release is None else await store.read(connection, release, key)
    return [(release or 0, own, each) for own, each in found.items()]


def _about(release: int, key: str, found: SeriesForecast, said: Said) -> dict[str, object]:
    codes = dict(zip((each.id for each in FLOWS["DF_FLOW"].dimensions), key.split("."), strict=True))
    keyed = KeyedForecast(codes["INDICATOR"], codes["METHOD"], codes["CITIZEN"], found)
    return {
        "id": key,
        "release": release,
        "indicator": keyed.indicator,
        "method": keyed.method,
        "citizenship": keyed.citizenship,
        "model": found.model,
        "stopped": found.stopped,
        "broken": found.broken,
        "break_tested": found.break_tested,
        "learned_from": found.first,
        "learned_through": found.last,
        "scores": [_score(model, found) for model in found.scores],
        "explanation": said(keyed),
    }


def _score(model: ModelName, found: SeriesForecast) -> ModelScore:
    score = found.scores[model]
    return ModelScore(
        model=model,
        origins=score.origins,
        months=score.months,
        mase=score.mase,
        covered_80=score.covered[80],
        covered_95=score.covered[95],
    )
