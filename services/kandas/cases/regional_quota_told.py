"""What others are told of a year's regional quotas: the pools of the version in force, once each (K3).

A version never changes, so each of its pools is told once, within the hour in which it took effect; accounting counts
the newest of a year. What was given of a pool the inclusions themselves tell.
"""

from sqlalchemy.ext.asyncio import AsyncEngine

from services.kandas.cases.regional_quota_document import RegionalQuotaVersion, takes_effect
from services.kandas.rules.regional_quota import Pool
from services.kandas.store import regional_quota as store
from services.kandas.store.tables import regional_quota
from shared import clock
from shared.db import records
from shared.db.records import Record
from shared.events.envelope import Event
from shared.events.kandas import RegionalQuotaPool
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work


async def tell_all(engine: AsyncEngine) -> None:
    """Tells of every year whose standing version was not told yet. May run any number of times, also beside itself."""
    async with engine.connect() as connection:
        years = await store.untold(connection)
    for year in years:
        async with unit_of_work(engine) as unit:
            await _tell(unit, year)


async def _tell(unit: UnitOfWork, year: int) -> None:
    standing = await store.note_told(unit.connection, year)
    if standing is None:
        return
    record = await records.load_by_source(unit.connection, regional_quota, str(year))
    history = await records.history(unit.connection, regional_quota, record)
    version = next(each for each in history if each.version == standing)
    for pool in RegionalQuotaVersion.read(version.body).lines:
        fact = _fact(year, version, pool)
        unit.emit(Event.of(fact, fact.source_id, 1, clock.start_of(fact.holds_from)))


def _fact(year: int, version: Record, pool: Pool) -> RegionalQuotaPool:
    return RegionalQuotaPool(
        source_id=f"{year}:{version.version}:{pool.kind}:{pool.region or '-'}",
        year=year,
        quota_version=version.version,
        act=RegionalQuotaVersion.read(version.body).act,
        holds_from=takes_effect(version),
        kind=pool.kind,
        region=pool.region,
        size=pool.size,
    )
