"""A year's regional quotas of kandas and resettlers: ordered, moved within the year, read with what is left (K3).

Every order and every move is a version; each takes effect on its day, one after the other. The pools from which places
are given are those of one version, `standing`. A later one whose day has come is put in force by whoever comes first:
the clock, an inclusion, a reader (`take_effect`). What was given stays given.
"""

import logging
from collections.abc import Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine

from services.kandas.cases.regional_quota_document import (
    MovedPlaces,
    PoolLine,
    RegionalQuotaMove,
    RegionalQuotaOrder,
    RegionalQuotaVersion,
    nearest,
    takes_effect,
)
from services.kandas.rules import regional_quota as rule
from services.kandas.rules.regional_quota import Pool
from services.kandas.rules.rulebook import rulebook
from services.kandas.store import regional_quota as store
from services.kandas.store.tables import regional_quota
from shared import clock
from shared.db import records
from shared.db.records import Record
from shared.errors import Fault, Invalid, NotFound, Refused
from shared.http.answers import SeenVersions, Versioned
from shared.idempotency import IdempotencyKey
from shared.identity.callers import Caller
from shared.identity.scope import expect_whole_country
from shared.kernel.decisions import CheckOutcome, Decision, DecisionOutcome
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import plausibility
from shared.records.declaration import Declaration, DocumentState, upsert_document
from shared.records.refusal import refusal
from shared.records.step import perform

log = logging.getLogger(__name__)

WHOLE = "The regional quota of a year"


class PoolState(PoolLine):
    """A pool and its places: `used` + `left` = `size`, always. They are those of now, and none are told of a version
    that is not in force now. Of the country, `used` are those of its regions."""

    used: int | None = None
    left: int | None = None


class RegionalQuotaState(Versioned):
    """The quotas of a year on a day: the version in force then, by which order, with its pools. `version` is the newest
    one, for If-Match, also where it takes effect later."""

    in_force: int
    holds_from: date
    order: RegionalQuotaVersion
    pools: list[PoolState]


class RegionalQuotaDecided(DocumentState[RegionalQuotaVersion]):
    """The order, and the checks that it passed."""

    decision: Decision


class RegionalQuotaLine(BaseModel):
    """One version of a year's quotas: an order, or what an order moved. `kandas` and `resettlers` are the totals."""

    version: int
    act: str
    ordered_on: date | None
    holds_from: date
    state: Literal["past", "in force", "to come"]
    moved: MovedPlaces | None
    kandas: int
    resettlers: int
    recorded_by: str


class RegionalQuotaVersions(BaseModel):
    """The versions of a year's quotas, oldest first."""

    year: int
    versions: list[RegionalQuotaLine]


async def order(
    engine: AsyncEngine,
    year: int,
    ordered: RegionalQuotaOrder,
    *,
    version: SeenVersions | None,
    key: IdempotencyKey | None,
    caller: Caller,
) -> RegionalQuotaDecided:
    """Sets the quotas of a year, or sets them anew. Raises Forbidden for an agency of less than the whole country,
    Invalid for a region not of that year or a day out of turn, Refused where the regions have more than the country or
    less than was given, VersionRequired, VersionMismatch."""
    expect_whole_country(caller, WHOLE)
    plausibility.expect(ordered, days=_days_of(year))
    for number, line in enumerate(ordered.pools):
        plausibility.expect(line, at=f"/pools/{number}", days=_days_of(year))

    async def act(unit: UnitOfWork) -> RegionalQuotaDecided:
        await store.close_year(unit.connection, year)
        newest = await _newest(unit, year)
        return await _put(unit, year, RegionalQuotaVersion.ordered(ordered), newest, version, caller)

    return await perform(engine, key, RegionalQuotaDecided, act)


async def move(
    engine: AsyncEngine,
    year: int,
    asked: RegionalQuotaMove,
    *,
    version: SeenVersions,
    key: IdempotencyKey | None,
    caller: Caller,
) -> RegionalQuotaDecided:
    """Moves places between the pools of the newest version: all moves or none. Raises as `order`, NotFound where the
    year has no quota, Refused where a pool has not that many."""
    expect_whole_country(caller, WHOLE)
    plausibility.expect(asked, days=_days_of(year))
    for number, each in enumerate(asked.moves):
        plausibility.expect(each.target, at=f"/moves/{number}/target", days=_days_of(year))

    async def act(unit: UnitOfWork) -> RegionalQuotaDecided:
        await store.close_year(unit.connection, year)
        record = await records.load_by_source(unit.connection, regional_quota, str(year))
        records.expect_version(record, version)
        before = RegionalQuotaVersion.read(record.body)
        left, obstacles = rule.moved(before.lines, asked.between)
        if obstacles:
            faults = [Fault(f"/moves/{each.number}/{each.at}", each.why) for each in obstacles]
            raise Refused("These places cannot be moved.", name="places-not-moved", faults=faults)
        return await _put(unit, year, before.after(asked, record.version, left), record, version, caller)

    return await perform(engine, key, RegionalQuotaDecided, act)


async def _put(
    unit: UnitOfWork,
    year: int,
    said: RegionalQuotaVersion,
    newest: Record | None,
    seen: SeenVersions | None,
    caller: Caller,
) -> RegionalQuotaDecided:
    """Records the next version, and puts it in force if its day has come. The year is closed."""
    begins = said.holds_from or nearest(clock.today(), year)
    _expect_in_turn(year, begins, newest)
    given = await store.pools(unit.connection, year)
    decision = rule.decide_order(said.lines, given, rulebook().on(begins))
    if decision.outcome is DecisionOutcome.REFUSED:
        raise refusal(decision, "this quota")
    declared = Declaration(str(year), said, caller.subject, said.act)
    document = await upsert_document(unit, regional_quota, declared, seen)
    if begins <= clock.today():
        await store.replace(unit.connection, year, said.lines, document.version)
    return RegionalQuotaDecided(**dict(document), decision=decision)


def _expect_in_turn(year: int, begins: date, newest: Record | None) -> None:
    """Raises Invalid where the version would take effect in another year, or before the one before it."""
    if begins.year != year:
        raise Invalid("The quota of a year begins in that year.", faults=[Fault("/holds_from", f"Lies not in {year}.")])
    if newest and begins < (last := takes_effect(newest)):
        fault = Fault("/holds_from", f"A version with effect from {last} is on record: begin on that day or later.")
        raise Invalid("Versions of a year's quota take effect one after the other.", faults=[fault])


def _days_of(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


async def _newest(unit: UnitOfWork, year: int) -> Record | None:
    try:
        return await records.load_by_source(unit.connection, regional_quota, str(year))
    except NotFound:
        return None


async def take_effect(engine: AsyncEngine) -> None:
    """Puts in force every version whose day has come. May run at any time and any number of times, also beside
    itself; nothing is written where none is due."""
    async with engine.connect() as connection:
        waiting = await store.waiting(connection)
    for year in waiting:
        async with unit_of_work(engine) as unit:
            await _take_effect(unit, year)


async def _take_effect(unit: UnitOfWork, year: int) -> None:
    """The newest version that is due and can be: one that takes given places away cannot, and the one before it goes
    on, until an order mends that."""
    await store.close_year(unit.connection, year)
    record = await records.load_by_source(unit.connection, regional_quota, str(year))
    standing = await store.standing(unit.connection, year)
    given = await store.pools(unit.connection, year)
    for version in reversed(await records.history(unit.connection, regional_quota, record)):
        begins = takes_effect(version)
        if version.version <= standing:
            return
        if begins > clock.today():
            continue
        said, norms = RegionalQuotaVersion.read(version.body), rulebook().on(begins)
        found = [rule.enough(kind, said.lines, given, norms) for kind in ("kandas", "resettler")]
        if all(check.outcome is CheckOutcome.PASSED for check in found):
            await store.replace(unit.connection, year, said.lines, version.version)
            return
        log.error("version %d of the regional quotas of %d cannot take effect", version.version, year)


async def read(engine: AsyncEngine, year: int, on: date | None = None) -> RegionalQuotaState:
    """The version in force on a day, today if none is given, and its pools; what was given and is left of them where
    it is in force now. Raises NotFound."""
    await take_effect(engine)
    async with engine.connect() as connection:
        record = await records.load_by_source(connection, regional_quota, str(year))
        versions = await records.history(connection, regional_quota, record)
        standing = await store.standing(connection, year)
        pools = await store.pools(connection, year)
    shown = in_force(versions, standing, on)
    said = RegionalQuotaVersion.read(shown.body)
    counted = pools if shown.version == standing else None
    return RegionalQuotaState(
        version=record.version,
        in_force=shown.version,
        holds_from=takes_effect(shown),
        order=said,
        pools=[_state(line, counted) for line in sorted(said.pools, key=_country_first)],
    )


def in_force(versions: Sequence[Record], standing: int, on: date | None) -> Record:
    """The version in force on a day; on none in particular the one whose pools stand. Raises NotFound."""
    found = [each for each in versions if (takes_effect(each) <= on if on else each.version == standing)]
    if not found:
        raise NotFound("No quota of that year is in force on that day.")
    return found[-1]


def _country_first(line: PoolLine) -> tuple[str, str]:
    return (line.kind, line.region or "")


def _state(line: PoolLine, pools: Sequence[Pool] | None) -> PoolState:
    if pools is None:
        return PoolState.model_validate(dict(line))
    used = sum(pool.used for pool in pools if pool.kind == line.kind and line.region in (None, pool.region))
    return PoolState.model_validate(dict(line) | {"used": used, "left": line.size - used})


async def versions(engine: AsyncEngine, year: int) -> RegionalQuotaVersions:
    """All orders and moves of a year's quotas, oldest first. Raises NotFound."""
    await take_effect(engine)
    async with engine.connect() as connection:
        record = await records.load_by_source(connection, regional_quota, str(year))
        found = await records.history(connection, regional_quota, record)
        standing = await store.standing(connection, year)
    return RegionalQuotaVersions(year=year, versions=[_line(each, standing) for each in found])


def _line(record: Record, standing: int) -> RegionalQuotaLine:
    said = RegionalQuotaVersion.read(record.body)
    totals = {line.kind: line.size for line in said.lines if not line.region}
    return RegionalQuotaLine(
        version=record.version,
        act=said.act,
        ordered_on=said.ordered_on,
        holds_from=takes_effect(record),
        state="in force" if record.version == standing else "past" if record.version < standing else "to come",
        moved=said.moved,
        kandas=totals.get("kandas", 0),
        resettlers=totals.get("resettler", 0),
        recorded_by=record.changed_by,
    )
