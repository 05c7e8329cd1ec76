"""Places of the quota in the database of a test: what they belong to, and whether they are counted right."""

from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.cases import quota_check
from services.permits.rules.quota import Pool, QuotaSlot
from services.permits.store import quota
from services.permits.store.tables import work_permit_application
from shared import clock
from shared.db.identifiers import new_id

YEAR = 2026
PLACES = text("SELECT kind, category, region, activity, country, state FROM quota_place")


async def application(engine: AsyncEngine) -> UUID:
    """An application that places can belong to; what it says does not matter here."""
    id = new_id()
    async with engine.begin() as connection:
        await connection.execute(
            insert(work_permit_application).values(
                id=id,
                source_id=str(id),
                version=1,
                withdrawn=False,
                body="{}",
                changed_at=clock.now(),
                changed_by="test",
                submitted=b"",
                employer_bin="",
                status="granted",
                decide_by=clock.today(),
            )
        )
    return id


async def counters(engine: AsyncEngine) -> list[Pool]:
    async with engine.connect() as connection:
        return await quota.pools(connection, YEAR)


async def expect_consistent(engine: AsyncEngine) -> None:
    """Every pool's counters are the places that it covers, within its size, and the sums of the ledger."""
    async with engine.connect() as connection:
        rows = (await connection.execute(PLACES)).all()
    for pool in await counters(engine):
        covered = [state for *place, state in rows if pool.covers(QuotaSlot(*place))]
        assert (pool.reserved, pool.used) == (covered.count("reserved"), covered.count("used"))
        assert pool.used + pool.reserved + pool.left == pool.size
        assert pool.left >= 0
    assert (await quota_check.imbalances(engine))[0] == []
