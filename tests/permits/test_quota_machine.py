"""Orders, moves, reserving, using, releasing, expiring, giving back in any order: against a plain model (L2, R4)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.rules import quota as rule
from services.permits.rules.quota import Pool, QuotaSlot
from services.permits.rules.quota_move import Move, Name, moved, name_of
from services.permits.store import quota
from shared.db.engine import make_engine
from shared.db.identifiers import new_id
from shared.testing.postgres import FreshDatabase
from tests.permits.places import YEAR, application, counters, expect_consistent

NATIONAL: Name = ("employer", "3", None, None, None)
NAMES: list[Name] = [
    NATIONAL,
    ("undistributed", None, None, None, None),
    ("employer", "3", "75", None, None),
    ("employer", "3", None, None, "UZB"),
]
SLOTS = [QuotaSlot("employer", "3", region, "F", country) for region in ("75", "61") for country in ("UZB", "CHN")]
ORDER = st.tuples(st.just("order"), st.lists(st.integers(0, 3), min_size=4, max_size=4))
MOVE = st.tuples(st.just("move"), st.builds(Move, st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(1, 2)))
RESERVE = st.tuples(st.just("reserve"), st.lists(st.sampled_from(SLOTS), min_size=1, max_size=2))
END = st.tuples(st.sampled_from(["use", "release", "expire", "give_back"]), st.integers(0, 5))
STEPS = st.lists(st.one_of(ORDER, MOVE, RESERVE, RESERVE, END), max_size=12)
ENDED = {"use": ("reserved", "used"), "release": ("reserved", None), "expire": ("reserved", None)}


@pytest.fixture
async def engine(fresh_database: FreshDatabase) -> AsyncIterator[AsyncEngine]:
    engine = make_engine((await fresh_database("permits")).owner_url)  # each example begins with nothing
    yield engine
    await engine.dispose()


class Model:
    """Sizes by pool, and what each worker's place is: `reserved` or `used`."""

    def __init__(self) -> None:
        self.sizes: dict[Name, int] = {}
        self.places: dict[UUID, tuple[UUID, QuotaSlot, str]] = {}

    def pools(self) -> list[Pool]:
        named = ((name, size) for name, size in self.sizes.items())
        return [Pool(new_id(), *name[:4], size, country=name[4]) for name, size in named]

    def taken(self, pool: Pool) -> tuple[int, int]:
        states = [state for _, slot, state in self.places.values() if pool.covers(slot)]
        return states.count("reserved"), states.count("used")

    def resize(self, pools: list[Pool]) -> bool:
        """Whether every place in use has room."""
        if rule.without_quota(pools, (slot for _, slot, _ in self.places.values())):
            return False
        if any(sum(self.taken(pool)) > pool.size for pool in pools):
            return False
        self.sizes = {name_of(pool): pool.size for pool in pools}
        return True

    def reserve(self, of: UUID, slots: list[QuotaSlot], ids: list[UUID]) -> bool:
        for pool in self.pools():
            if sum(map(pool.covers, slots)) > pool.size - sum(self.taken(pool)):
                return False
        self.places |= {id: (of, slot, "reserved") for id, slot in zip(ids, slots, strict=True)}
        return True

    def end(self, act: str, of: UUID, id: UUID) -> None:
        for at, (owner, slot, state) in list(self.places.items()):
            if act == "give_back" and at == id and state == "used":
                del self.places[at]
            elif act in ENDED and owner == of and state == ENDED[act][0]:
                self.places[at] = (owner, slot, ENDED[act][1] or "")
                if not ENDED[act][1]:
                    del self.places[at]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
async def test_the_quota_is_what_a_plain_model_says(engine: AsyncEngine, steps: list[tuple[str, Any]]) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("TRUNCATE quota_pool, quota_place, quota_ledger, quota_year"))
    model, taken = Model(), list[tuple[UUID, UUID]]()
    await set_anew(engine, model, [Pool(new_id(), *NATIONAL[:4], 2)], 1)
    for version, (act, what) in enumerate(steps, 2):
        if act == "order":
            sizes = zip(NAMES, what, strict=True)
            await set_anew(engine, model, [Pool(new_id(), *n[:4], size, country=n[4]) for n, size in sizes], version)
        elif act == "move":
            left, obstacles = moved(model.pools(), [what])
            if not obstacles:
                await set_anew(engine, model, left, version)
        elif act == "reserve":
            taken += await take(engine, model, what)
        elif taken:
            of, id = taken[what % len(taken)]
            async with engine.begin() as connection:
                await getattr(quota, act)(connection, id if act == "give_back" else of)
            model.end(act, of, id)
    for pool in await counters(engine):
        expected = replace(pool, size=model.sizes[name_of(pool)])
        assert (pool.size, pool.reserved, pool.used) == (expected.size, *model.taken(expected))
        assert pool.used + pool.reserved <= pool.size
    assert len(await counters(engine)) == len(model.sizes)
    await expect_consistent(engine)


async def set_anew(engine: AsyncEngine, model: Model, pools: list[Pool], version: int) -> None:
    """As an order or a move does, where the model finds room for what is in use."""
    if model.resize(pools):
        async with engine.begin() as connection:
            await quota.close_year(connection, YEAR)
            await quota.replace(connection, YEAR, pools, version)


async def take(engine: AsyncEngine, model: Model, slots: list[QuotaSlot]) -> list[tuple[UUID, UUID]]:
    """The places reserved, each with its application; none where the model has no room, and the store neither."""
    of, ids = await application(engine), [new_id() for _ in slots]
    granted = model.reserve(of, slots, ids)
    try:
        async with engine.begin() as connection:
            pools = await quota.lock_covering(connection, YEAR, slots)
            await quota.reserve(connection, of, YEAR, slots, ids, len(pools))
    except quota.QuotaExceeded:
        assert not granted
        return []
    assert granted
    return [(of, id) for id in ids]
