"""Forecasts from the newest release: made of released months alone, once, and frozen with it."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from services.accounting.cases.figures.read_released import ReleasedReader
from services.accounting.rules.figures.dataflows import COUNTRIES, FLOWS, codes_of
from services.accounting.rules.figures.figures import Figure, Key, Query
from services.accounting.rules.forecasts.forecast import SeriesForecast, forecast
from services.accounting.rules.forecasts.series import YEAR, month_number, newest_run
from services.accounting.store.forecasts import forecast as store
from services.accounting.store.releases import release as releases
from services.accounting.store.releases.release import Release
from shared.db.driver import begun
from shared.kernel.codes import code_list

Connection = asyncpg.Connection

FLOW: Final = FLOWS["DF_FLOW"]
INDICATORS: Final = ("IMM", "EMI", "NET")
SIGNED: Final = frozenset({"NET"})
STATUSES: Final[Mapping[str, frozenset[str]]] = {"M1216": frozenset("A"), "M1216R": frozenset("AE")}
"""By method, of which status months are learned from. By M1216R the newest are estimates: by M1216 a month is final
after up to 16, and what is forecast is past by then."""
LARGEST: Final = 10
"""Citizenships that are forecast beside the nation: those of most migrants in the last year; each series takes time."""
LIMIT: Final = 500_000  # figures of one reading


class ForecastRun(NamedTuple):
    """How many series of a release there were, and how many of them are forecast."""

    release: int
    series: int
    forecast: int


async def forecast_newest(engine: AsyncEngine) -> ForecastRun | None:
    """Forecasts from the newest release; None where there is no release, or its forecasts are made already. The engine
    is the intake's: it adds rows."""
    reader = ReleasedReader(engine)
    async with reader.snapshot() as connection:
        release = await _due(connection)
    if release is None:
        return None
    reading = await reader(Query(FLOW, _codes(), as_of=release.cut_at), exact=False, limit=LIMIT)
    found = forecasts([each for each in reading.figures if each.status in STATUSES[each.key[_METHOD]]])
    async with engine.begin() as opened:
        try:
            await store.add(await begun(opened), release.id, found)
        except asyncpg.UniqueViolationError:
            return None  # another process was quicker, and has said the same
    return ForecastRun(release.id, len(found), sum(each.model is not None for each in found.values()))


async def is_due(connection: Connection) -> bool:
    """Whether the newest release has no forecasts yet."""
    return await _due(connection) is not None


async def _due(connection: Connection) -> Release | None:
    release = await releases.newest(connection)
    return None if release is None or release.id == await store.newest(connection) else release


def forecasts(figures: list[Figure]) -> dict[str, SeriesForecast]:
    """Every series that is to be forecast, the nation's first, by its key."""
    series: dict[Key, dict[str, float]] = {}
    for figure in figures:
        series.setdefault(figure.key, {})[figure.period] = float(figure.value)
    return {
        ".".join(key): forecast(newest_run(series.get(key, {})), signed=key[_INDICATOR] in SIGNED)
        for key in _wanted(series)
    }


def _wanted(series: Mapping[Key, Mapping[str, float]]) -> Iterator[Key]:
    for method in STATUSES:
        for indicator in INDICATORS:
            yield _key(indicator, method)
    for country in _largest(series):
        for indicator in ("IMM", "EMI"):
            yield _key(indicator, "M1216", country)


def _largest(series: Mapping[Key, Mapping[str, float]]) -> list[str]:
    """Citizenships by the migrants of the last year that the nation's arrivals have; by code where as many."""
    end = max(map(month_number, series.get(_key("IMM", "M1216"), {})), default=0)
    sums: dict[str, float] = {}
    for key, values in series.items():
        country = key[_CITIZEN]
        if key[_METHOD] == "M1216" and key[_INDICATOR] not in SIGNED and country in code_list("countries"):
            newest = sum(value for period, value in values.items() if month_number(period) > end - YEAR)
            sums[country] = sums.get(country, 0) + newest
    return sorted((each for each in sums if sums[each]), key=lambda each: (-sums[each], each))[:LARGEST]


def _codes() -> tuple[frozenset[str], ...]:
    """What is read: months of the nation and of every citizenship."""
    codes = [frozenset(each) for each in zip(*(_key(one, by) for by in STATUSES for one in INDICATORS), strict=True)]
    codes[_CITIZEN] = frozenset(codes_of(COUNTRIES))
    return tuple(codes)


def _key(indicator: str, method: str, country: str | None = None) -> Key:
    chosen = {"FREQ": "M", "INDICATOR": indicator, "METHOD": method} | ({"CITIZEN": country} if country else {})
    return tuple(chosen.get(each.id) or each.total or "" for each in FLOW.dimensions)


_INDICATOR, _METHOD, _CITIZEN = map(FLOW.position, ("INDICATOR", "METHOD", "CITIZEN"))
