"""What others are told of a year's quota: states of its pools, not units (L2; DF_QUOTA of accounting).

One record for each pool of each version. It is told hourly where its places have changed, and once more, for good, when
the next version takes its place.
"""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.cases.quota_document import QuotaVersion, takes_effect
from services.permits.rules.quota import Pool
from services.permits.rules.quota_move import Name, name_of
from services.permits.store import quota as store
from services.permits.store import quota_told
from services.permits.store.quota_told import Told
from services.permits.store.tables import quota_order
from shared import clock
from shared.db import records
from shared.db.records import Record
from shared.events.envelope import Event
from shared.events.permits import QuotaPool
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work


async def tell_all(engine: AsyncEngine) -> None:
    """Tells of every pool whose places have changed since it was told of last. May be repeated at will."""
    async with engine.connect() as connection:
        years = await store.years(connection)
    for year in years:
        async with unit_of_work(engine) as unit:
            await tell(unit, year)


async def tell(unit: UnitOfWork, year: int) -> None:
    """Tells of the pools of the version that stands, as far as others do not know them so; of none before any."""
    known = await quota_told.told(unit.connection, year)
    standing = await store.standing(unit.connection, year)
    if not standing:
        return
    record = await records.load_by_source(unit.connection, quota_order, str(year))
    history = await records.history(unit.connection, quota_order, record)
    version = history[standing - 1]
    ordered = _ordered(history[:standing])
    told: dict[str, Told] = {}
    for pool in await store.pools(unit.connection, year):
        fact = _fact(year, version, pool, ordered)
        state = f"{fact.size}:{fact.moved}:{fact.reserved}:{fact.used}"
        before = known.get(fact.source_id)
        if before is None or before.state != state:
            number = before.version + 1 if before else 1
            told[fact.source_id] = Told(number, state)
            unit.emit(Event.of(fact, fact.source_id, number, clock.start_of(fact.as_of)))
    await quota_told.tell(unit.connection, told)


def _ordered(history: list[Record]) -> Mapping[Name, int]:
    """What the last order among these versions set, pool by pool: the rest was moved since."""
    said = (QuotaVersion.read(version.body) for version in reversed(history))
    order = next(each for each in said if each.moved is None)
    return {line.names: line.size for line in order.pools}


def _fact(year: int, version: Record, pool: Pool, ordered: Mapping[Name, int]) -> QuotaPool:
    said = QuotaVersion.read(version.body)
    named = [str(year), str(version.version), *(part or "-" for part in name_of(pool))]
    return QuotaPool.model_validate(
        {
            "source_id": ":".join(named),
            "year": year,
            "quota_version": version.version,
            "act": said.act,
            "holds_from": takes_effect(version),
            "kind": pool.kind,
            "category": pool.category,
            "region": pool.region,
            "activity": pool.activity,
            "country": pool.country,
            "size": pool.size,
            "moved": pool.size - ordered.get(name_of(pool), 0),
            "reserved": pool.reserved,
            "used": pool.used,
            "as_of": clock.today(),
        }
    )
