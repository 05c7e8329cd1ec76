"""A year's quota: set by order, read with what is left (L2)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.cases.declaration import Declaration, DocumentState, upsert_document
from services.permits.cases.refusal import refusal
from services.permits.rules import quota as rule
from services.permits.rules.quota import Pool
from services.permits.rules.rulebook import rulebook
from services.permits.store import quota as store
from services.permits.store.tables import quota_order
from shared import clock
from shared.db import records
from shared.db.identifiers import new_id
from shared.events.contradictions import contradiction, twice
from shared.events.permits import Category
from shared.events.wire import Activity, Region, Text, WireModel
from shared.http.answers import SeenVersions, Versioned
from shared.idempotency import IdempotencyKey
from shared.identity.callers import Caller
from shared.identity.scope import expect_whole_country
from shared.kernel.decisions import Decision, DecisionOutcome
from shared.outbox.unit_of_work import UnitOfWork
from shared.records import plausibility
from shared.records.step import perform

Places = Annotated[int, Field(strict=True, ge=0, le=10_000_000)]


class PoolLine(WireModel):
    """One line of the quota. A line without region and activity is national and counts towards the ceiling; others
    limit within it."""

    kind: Literal["employer", "seasonal", "labour_immigrant"]
    category: Category | None = None
    region: Region | None = None
    activity: Activity | None = None
    size: Places

    CONTRADICTIONS = (
        contradiction(
            "only employers' permits have a category",
            "category",
            "kind",
            found=lambda category, kind: category is not None and kind != "employer",
        ),
        contradiction(
            "a national pool of employers' permits names its category",
            "category",
            "region",
            "activity",
            "kind",
            found=lambda category, region, activity, kind: kind == "employer" and not (category or region or activity),
        ),
    )

    @property
    def names(self) -> tuple[str | None, ...]:
        return (self.kind, self.category, self.region, self.activity)


class QuotaOrder(WireModel):
    """The quota of a year as the authorised body orders it. `labour_force` in persons: the ceiling is a share of it."""

    act: Text
    labour_force: int = Field(strict=True, ge=1, le=100_000_000)
    pools: tuple[PoolLine, ...] = Field(max_length=5_000)

    CONTRADICTIONS = (
        twice("another pool names the same kind, category, region and activity", "pools", lambda line: line.names),
    )


class PoolState(PoolLine):
    """A pool and its places: `used` + `reserved` + `left` = `size`, always."""

    used: int
    reserved: int
    left: int


class QuotaState(Versioned):
    """The order in force and its pools as they are now."""

    order: QuotaOrder
    pools: list[PoolState]


class QuotaDecided(DocumentState[QuotaOrder]):
    """The order, and the checks that it passed."""

    decision: Decision


async def order(
    engine: AsyncEngine,
    year: int,
    ordered: QuotaOrder,
    *,
    version: SeenVersions | None,
    key: IdempotencyKey | None,
    caller: Caller,
) -> QuotaDecided:
    """Sets the quota of a year, or sets it anew: what is in use stays in use. Answers with the order and its decision.
    Raises Forbidden for an agency of less than the whole country, Invalid for a region not of that year, Refused
    above the ceiling or below what is in use, VersionRequired, VersionMismatch."""
    expect_whole_country(caller, "The quota of a year")
    for number, line in enumerate(ordered.pools):
        plausibility.expect(line, at=f"/pools/{number}", days=(date(year, 1, 1), date(year, 12, 31)))
    lines = [Pool(new_id(), line.kind, line.category, line.region, line.activity, line.size) for line in ordered.pools]
    norms = rulebook().on(_day_of(year))

    async def act(unit: UnitOfWork) -> QuotaDecided:
        await store.close_year(unit.connection, year)
        in_use = await store.places_in_use(unit.connection, year)
        decision = rule.decide_order(lines, ordered.labour_force, in_use, norms)
        if decision.outcome is DecisionOutcome.REFUSED:
            raise refusal(decision, "this quota")
        declared = Declaration(str(year), ordered, caller.subject, ordered.act)
        document = await upsert_document(unit, quota_order, declared, version)
        await store.replace(unit.connection, year, lines)
        return QuotaDecided(**dict(document), decision=decision)

    return await perform(engine, key, QuotaDecided, act)


def _day_of(year: int) -> date:
    """The day whose norms an order of the year is held to: today, or the nearest day of that year."""
    return min(max(clock.today(), date(year, 1, 1)), date(year, 12, 31))


async def read(engine: AsyncEngine, year: int) -> QuotaState:
    """The order in force and its pools with what is used, reserved and left. Raises NotFound."""
    async with engine.connect() as connection:
        record = await records.load_by_source(connection, quota_order, str(year))
        pools = [_state(pool) for pool in await store.pools(connection, year)]
    return QuotaState(version=record.version, order=QuotaOrder.read(record.body), pools=pools)


def _state(pool: Pool) -> PoolState:
    line = PoolLine.model_validate(
        {
            "kind": pool.kind,
            "category": pool.category,
            "region": pool.region,
            "activity": pool.activity,
            "size": pool.size,
        }
    )
    return PoolState(**dict(line), used=pool.used, reserved=pool.reserved, left=pool.left)
