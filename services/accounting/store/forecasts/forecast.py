"""Forecasts of a release: rows are added once and read; the database refuses to change them."""

from collections.abc import Mapping

import asyncpg

from services.accounting.rules.forecasts.forecast import ForecastMonth, SeriesForecast
from services.accounting.rules.forecasts.models import ModelName
from services.accounting.rules.forecasts.scores import Score
from services.accounting.store.releases.public_table import SCHEMA

Connection = asyncpg.Connection

_SERIES = ("key", "first", "last", "break_tested", "broken", "stopped", "model")
_SCORE = ("key", "model", "origins", "months", "mase", "covered_80", "covered_95")
_MONTH = ("key", *ForecastMonth._fields)


async def newest(connection: Connection, until: int | None = None) -> int | None:
    """The newest release that has forecasts, of all or of those up to one."""
    asked = f"SELECT max(release) FROM {SCHEMA}.forecast_series WHERE $1::bigint IS NULL OR release <= $1"  # noqa: S608
    number: int | None = await connection.fetchval(asked, until)
    return number


async def add(connection: Connection, release: int, found: Mapping[str, SeriesForecast]) -> None:
    """Freezes what is forecast from a release, by series key, in that order. Raises asyncpg.UniqueViolationError where
    it was done already."""
    series = [
        (release, place, key, each.first, each.last, each.break_tested, each.broken, each.stopped, each.model)
        for place, (key, each) in enumerate(found.items())
    ]
    scores = [
        (release, key, model, score.origins, score.months, score.mase, score.covered[80], score.covered[95])
        for key, each in found.items()
        for model, score in each.scores.items()
    ]
    months = [(release, key, *month) for key, each in found.items() for month in each.months]
    async with connection.transaction():
        for table, columns, rows in (
            ("forecast_series", ("place", *_SERIES), series),
            ("forecast_score", _SCORE, scores),
            ("forecast", _MONTH, months),
        ):
            await connection.copy_records_to_table(
                table, schema_name=SCHEMA, columns=("release", *columns), records=rows
            )


async def read(connection: Connection, release: int, key: str | None = None) -> dict[str, SeriesForecast]:
    """What is forecast from a release, of all series or one, by series key in the order in which it was added."""
    asked = (release, key)
    where = "WHERE release = $1 AND key = coalesce($2, key)"

    async def rows(table: str, columns: tuple[str, ...], order: str) -> list[asyncpg.Record]:
        statement = f"SELECT {', '.join(columns)} FROM {SCHEMA}.{table} {where} ORDER BY {order}"  # noqa: S608
        return list(await connection.fetch(statement, *asked))

    scores: dict[str, dict[ModelName, Score]] = {}
    for own, model, origins, months, mase, covered_80, covered_95 in await rows("forecast_score", _SCORE, "key, model"):
        scores.setdefault(own, {})[model] = Score(
            origins, months, None if mase is None else float(mase), {80: float(covered_80), 95: float(covered_95)}
        )
    found: dict[str, list[ForecastMonth]] = {}
    for own, period, *values in await rows("forecast", _MONTH, "key, period"):
        found.setdefault(own, []).append(ForecastMonth(period, *map(float, values)))
    return {
        own: SeriesForecast(
            first, last, break_tested, broken, stopped, model, scores.get(own, {}), tuple(found.get(own, ()))
        )
        for own, first, last, break_tested, broken, stopped, model in await rows("forecast_series", _SERIES, "place")
    }
