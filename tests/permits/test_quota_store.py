"""Whatever is done in whatever order, a pool's counters are the places it covers: the SQL means what the rule says."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.permits.rules import quota as rule
from services.permits.rules.quota import Pool, QuotaSlot
from services.permits.store import quota
from shared.db.engine import make_engine
from shared.db.identifiers import new_id
from shared.testing.postgres import FreshDatabase
from tests.permits.places import YEAR, application, expect_consistent

PLACES = st.lists(
    st.builds(
        QuotaSlot, st.just("employer"), st.sampled_from("12"), st.sampled_from(["61", "75"]), st.sampled_from("AF")
    )
    | st.builds(QuotaSlot, st.just("seasonal"), st.none(), st.sampled_from(["61", "75"]), st.sampled_from("AF")),
    min_size=1,
    max_size=3,
)
LINES = st.lists(
    st.tuples(
        st.sampled_from(["employer", "seasonal"]),
        st.none() | st.sampled_from("12"),
        st.none() | st.sampled_from(["61", "75"]),
        st.none() | st.sampled_from("AF"),
    ),
    min_size=1,
    max_size=6,
    unique=True,
)
End = Callable[[AsyncConnection, UUID], Awaitable[None]]
ENDS = st.sampled_from([quota.use, quota.release, quota.expire])


@pytest.fixture
async def engine(fresh_database: FreshDatabase) -> AsyncIterator[AsyncEngine]:
    engine = make_engine((await fresh_database("permits")).owner_url)  # each example begins with no place
    yield engine
    await engine.dispose()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES, st.integers(0, 3), st.lists(st.tuples(PLACES, st.lists(ENDS, max_size=2)), max_size=6))
async def test_counters_are_the_places_covered(
    engine: AsyncEngine,
    names: list[tuple[str, str | None, str | None, str | None]],
    size: int,
    orders: list[tuple[list[QuotaSlot], list[End]]],
) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM quota_place"))
        await connection.execute(text("DELETE FROM quota_ledger WHERE place_id IS NOT NULL"))
        await quota.replace(connection, YEAR, [Pool(new_id(), *name, size) for name in names])
    for places, ends in orders:
        id = await application(engine)
        async with engine.begin() as connection:
            if await take_if_there_is_room(connection, id, places):
                for end in ends:
                    await end(connection, id)
        await expect_consistent(engine)


async def take_if_there_is_room(connection: AsyncConnection, id: UUID, places: list[QuotaSlot]) -> bool:
    """Reserves as the rule allows; the store agrees with the rule which pools cover and whether they have room."""
    pools = await quota.pools(connection, YEAR)
    covering = await quota.lock_covering(connection, YEAR, places)
    asked = rule.demand(pools, places)
    assert {pool.id for pool in covering} == {pool.id for pool in asked}
    if rule.shortages(asked):
        async with connection.begin_nested() as attempt:
            with pytest.raises(quota.QuotaExceeded):
                await quota.reserve(connection, id, YEAR, places, [new_id() for _ in places], len(covering))
            await attempt.rollback()
        return False
    await quota.reserve(connection, id, YEAR, places, [new_id() for _ in places], len(covering))
    return True
