"""How a year's regional quotas were executed by the end of a half-year: places set, given, left, by region (K3).

Source: concept of migration policy, decree 602 of 29.09.2017, plan of measures, items 6, 13 (execution is watched).
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.kandas.cases.regional_quota import in_force, take_effect
from services.kandas.cases.regional_quota_document import RegionalQuotaVersion, takes_effect
from services.kandas.rules.regional_quota import Kind, Name
from services.kandas.store import regional_quota as store
from services.kandas.store.tables import regional_quota
from shared import clock
from shared.db import records
from shared.errors import NotFound
from shared.kernel.calendar import add_days

_LAST: dict[int, tuple[int, int]] = {1: (6, 30), 2: (12, 31)}


class ExecutionLine(BaseModel):
    """One region, or the whole country (null), in persons. `given` are the places of the year until the day and not
    given back by then, `given_in_half` what the half-year added to them: below nothing where more went back."""

    kind: Kind
    region: str | None
    size: int
    given: int
    given_in_half: int
    left: int
    percent: float | None = Field(description="given of size, to one decimal; null where no place is set")


class QuotaExecution(BaseModel):
    """The quotas of a year as they were executed by `day`: the last one of the half-year, or today while it lasts
    (`complete` is false then). `act` is the version in force on that day."""

    year: int
    half: int
    day: date
    complete: bool
    act: str
    lines: list[ExecutionLine]


async def execution(engine: AsyncEngine, year: int, half: int) -> QuotaExecution:
    """Raises NotFound where the year has no quota in force by the day, and of a half-year that has not begun."""
    await take_effect(engine)
    last, today = date(year, *_LAST[half]), clock.today()
    first = date(year, 1 if half == 1 else 7, 1)
    if first > today:
        raise NotFound("No quota of that year is in force on that day.")
    day = min(last, today)
    async with engine.connect() as connection:
        record = await records.load_by_source(connection, regional_quota, str(year))
        versions = await records.history(connection, regional_quota, record)
        standing = await store.standing(connection, year)
        given = await store.given_by(connection, year, day)
        before = await store.given_by(connection, year, add_days(first, -1))
    began = [each for each in versions if each.version <= standing and takes_effect(each) <= day]
    said = RegionalQuotaVersion.read(in_force(began, standing, day).body)
    lines = sorted(said.lines, key=lambda pool: (pool.kind, pool.region or ""))
    return QuotaExecution(
        year=year,
        half=half,
        day=day,
        complete=today > last,
        act=said.act,
        lines=[_line(pool.names, pool.size, _of(pool.names, given), _of(pool.names, before)) for pool in lines],
    )


def _of(name: Name, given: dict[Name, int]) -> int:
    """The places of a region, or of all regions of the kind."""
    return sum(places for (kind, region), places in given.items() if kind == name[0] and name[1] in (None, region))


def _line(name: Name, size: int, given: int, before: int) -> ExecutionLine:
    return ExecutionLine(
        kind=name[0],
        region=name[1],
        size=size,
        given=given,
        given_in_half=given - before,
        left=size - given,
        percent=percent(given, size),
    )


def percent(given: int, size: int) -> float | None:
    """Half of the last decimal goes up: 1 of 8 is 12.5, 1 of 16 is 6.3."""
    if not size:
        return None
    return float((Decimal(100 * given) / Decimal(size)).quantize(Decimal("0.1"), ROUND_HALF_UP))
