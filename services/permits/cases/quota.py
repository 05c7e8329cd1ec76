"""A year's quota: ordered, moved between its pools, read with what is left (L2).

Every order and every move is a version of the year's quota; each takes effect on its day, one after the other. The
pools on which permits draw are those of one version, `standing`. A later one whose day has come is put in force by
whoever comes first: the clock, a decision on an application, a reader (`take_effect`). What is in use stays in use.
"""

import logging
from collections.abc import Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.cases.quota_document import (
    MovedPlaces,
    PoolLine,
    QuotaMove,
    QuotaOrder,
    QuotaVersion,
    moves_of,
    nearest,
    takes_effect,
)
from services.permits.cases.quota_told import tell
from services.permits.rules import quota as rule
from services.permits.rules import quota_move
from services.permits.rules.dated_figures import LabourForce, labour_force_for
from services.permits.rules.quota import Pool
from services.permits.rules.rulebook import rulebook
from services.permits.store import quota as store
from services.permits.store.tables import quota_order
from shared import clock
from shared.db import records
from shared.db.records import Record
from shared.errors import Fault, Invalid, NotFound, Refused
from shared.http.answers import SeenVersions, Versioned
from shared.idempotency import IdempotencyKey
from shared.identity.callers import Caller
from shared.identity.scope import expect_whole_country
from shared.kernel.decisions import Decision, DecisionOutcome
from shared.kernel.norms import NormsInForce
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import plausibility
from shared.records.declaration import Declaration, DocumentState, upsert_document
from shared.records.refusal import refusal
from shared.records.step import perform

log = logging.getLogger(__name__)

WHOLE = "The quota of a year"


class PoolState(PoolLine):
    """A pool and its places: `used` + `reserved` + `left` = `size`, always. They are those of now, and none are told of
    a version that is not in force now."""

    used: int | None = None
    reserved: int | None = None
    left: int | None = None


class QuotaState(Versioned):
    """The quota of a year on a day: the version in force then, by which order, with its pools. `version` is the newest
    one, for If-Match, also where it takes effect later."""

    in_force: int
    holds_from: date
    order: QuotaVersion
    pools: list[PoolState]


class QuotaDecided(DocumentState[QuotaVersion]):
    """The order, and the checks that it passed."""

    decision: Decision


class VersionLine(BaseModel):
    """One version of a year's quota: an order, or what an order moved. `national` are the places of its national pools,
    `undistributed` those among them that no permit draws on."""

    version: int
    act: str
    ordered_on: date | None
    holds_from: date
    state: Literal["past", "in force", "to come"]
    moved: MovedPlaces | None
    national: int
    undistributed: int
    recorded_by: str


class QuotaVersions(BaseModel):
    """The versions of a year's quota, oldest first."""

    year: int
    versions: list[VersionLine]


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
    Raises Forbidden for an agency of less than the whole country, Invalid for a region not of that year, a day out of
    turn, or a labour force that contradicts the one on record, Refused above the ceiling or below what is in use,
    VersionRequired, VersionMismatch."""
    expect_whole_country(caller, WHOLE)
    expect_codes_of(year, ordered)

    async def act(unit: UnitOfWork) -> QuotaDecided:
        await store.close_year(unit.connection, year)
        said = QuotaVersion.ordered(ordered)
        return await _put(unit, year, said, await _newest(unit, year), version, caller)

    return await perform(engine, key, QuotaDecided, act)


async def move(
    engine: AsyncEngine,
    year: int,
    asked: QuotaMove,
    *,
    version: SeenVersions,
    key: IdempotencyKey | None,
    caller: Caller,
) -> QuotaDecided:
    """Moves places between the pools of the newest version: all moves or none. Raises as `order`, NotFound where the
    year has no quota, Refused where a pool has not that many."""
    expect_whole_country(caller, WHOLE)
    plausibility.expect(asked, days=days_of(year))
    for number, each in enumerate(asked.moves):
        plausibility.expect(each.target, at=f"/moves/{number}/target", days=days_of(year))

    async def act(unit: UnitOfWork) -> QuotaDecided:
        await store.close_year(unit.connection, year)
        record = await records.load_by_source(unit.connection, quota_order, str(year))
        records.expect_version(record, version)
        before = QuotaVersion.read(record.body)
        left = _moved(before, asked)
        return await _put(unit, year, before.after(asked, record.version, left), record, version, caller)

    return await perform(engine, key, QuotaDecided, act)


def _moved(before: QuotaVersion, asked: QuotaMove) -> list[Pool]:
    left, obstacles = quota_move.moved(before.lines, moves_of(asked))
    if obstacles:
        faults = [Fault(f"/moves/{each.number}/{each.at}", each.why) for each in obstacles]
        raise Refused("These places cannot be moved.", name="places-not-moved", faults=faults)
    return left


async def _put(
    unit: UnitOfWork,
    year: int,
    said: QuotaVersion,
    newest: Record | None,
    seen: SeenVersions | None,
    caller: Caller,
) -> QuotaDecided:
    """Records the next version, and puts it in force if its day has come. The year is closed."""
    begins = said.holds_from or nearest(clock.today(), year)
    _expect_in_turn(year, begins, newest)
    norms, in_use = rulebook().on(begins), await store.places_in_use(unit.connection, year)
    decision = rule.decide_order(said.lines, labour_force_of(year, said, norms), in_use, norms)
    if decision.outcome is DecisionOutcome.REFUSED:
        raise refusal(decision, "this quota")
    document = await upsert_document(unit, quota_order, Declaration(str(year), said, caller.subject, said.act), seen)
    if begins <= nearest(clock.today(), year) and begins <= clock.today():
        await _replace(unit, year, said, document.version)
    return QuotaDecided(**dict(document), decision=decision)


async def _replace(unit: UnitOfWork, year: int, said: QuotaVersion, version: int) -> None:
    """Puts a version in force, and tells how the one before it ended. The clock tells how this one begins and goes."""
    if await store.standing(unit.connection, year) != version:
        await tell(unit, year)
    await store.replace(unit.connection, year, said.lines, version, "moved" if said.moved else "set")


def _expect_in_turn(year: int, begins: date, newest: Record | None) -> None:
    """Raises Invalid where the version would take effect in another year, or before the one before it."""
    if begins.year != year:
        raise Invalid("The quota of a year begins in that year.", faults=[Fault("/holds_from", f"Lies not in {year}.")])
    if newest and begins < (last := takes_effect(newest)):
        fault = Fault("/holds_from", f"A version with effect from {last} is on record: begin on that day or later.")
        raise Invalid("Versions of a year's quota take effect one after the other.", faults=[fault])


def labour_force_of(year: int, said: QuotaOrder, norms: NormsInForce) -> LabourForce | None:
    """By which the ceiling is reckoned: the one on record, or the one stated with its source; None where neither is.
    Raises Invalid where what is stated contradicts what is on record, or names no source."""
    known, stated = labour_force_for(year, norms), said.labour_force
    if stated is None:
        return known
    if known is not None and stated != known.persons:
        fault = Fault("/labour_force", f"On record are {known.persons} of {known.year}: leave it out, or state that.")
        raise Invalid("The labour force contradicts the one on record.", faults=[fault])
    if known is None and said.labour_force_source is None:
        fault = Fault("/labour_force_source", "Is not on record here: name the source.")
        raise Invalid("The labour force is stated without its source.", faults=[fault])
    return known or LabourForce(year, stated, said.labour_force_source or "", stated=True)


def expect_codes_of(year: int, ordered: QuotaOrder) -> None:
    """Raises Invalid where a pool names what does not hold in that year, or the order lies in the future."""
    plausibility.expect(ordered, days=days_of(year))
    for number, line in enumerate(ordered.pools):
        plausibility.expect(line, at=f"/pools/{number}", days=days_of(year))


def days_of(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


async def _newest(unit: UnitOfWork, year: int) -> Record | None:
    try:
        return await records.load_by_source(unit.connection, quota_order, str(year))
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
    """The newest version that is due and can be: one below what is in use by now cannot, and the one before it goes
    on, until an order mends that."""
    await store.close_year(unit.connection, year)
    record = await records.load_by_source(unit.connection, quota_order, str(year))
    standing = await store.standing(unit.connection, year)
    due = [
        version
        for version in await records.history(unit.connection, quota_order, record)
        if version.version > standing and takes_effect(version) <= clock.today()
    ]
    if not due:
        return
    in_use = await store.places_in_use(unit.connection, year)
    for version in reversed(due):
        said, begins = QuotaVersion.read(version.body), takes_effect(version)
        check = rule.enough(said.lines, in_use, rulebook().on(begins))
        if check.outcome == "passed":
            await _replace(unit, year, said, version.version)
            return
        log.error("version %d of the quota of %d cannot take effect: %s", version.version, year, check.explanation)


async def read(engine: AsyncEngine, year: int, on: date | None = None) -> QuotaState:
    """The version in force on a day, today if none is given, and its pools; what is used, reserved and left of them
    where it is in force now. Raises NotFound."""
    await take_effect(engine)
    async with engine.connect() as connection:
        record = await records.load_by_source(connection, quota_order, str(year))
        versions = await records.history(connection, quota_order, record)
        standing = await store.standing(connection, year)
        held = {quota_move.name_of(pool): pool for pool in await store.pools(connection, year)}
    shown = _on(versions, standing, on)
    said = QuotaVersion.read(shown.body)
    counted = held if shown.version == standing else {}
    return QuotaState(
        version=record.version,
        in_force=shown.version,
        holds_from=takes_effect(shown),
        order=said,
        pools=[_state(line, counted.get(line.names)) for line in sorted(said.pools, key=_national_first)],
    )


def _on(versions: Sequence[Record], standing: int, on: date | None) -> Record:
    """The version in force on a day; on none in particular the one whose pools stand."""
    found = [each for each in versions if (takes_effect(each) <= on if on else each.version == standing)]
    if not found:
        raise NotFound("No quota of that year is in force on that day.")
    return found[-1]


def _national_first(line: PoolLine) -> tuple[str, ...]:
    return tuple(name or "" for name in (line.kind, line.region, line.activity, line.category, line.country))


def _state(line: PoolLine, pool: Pool | None) -> PoolState:
    counted = {"used": pool.used, "reserved": pool.reserved, "left": pool.left} if pool else {}
    return PoolState.model_validate(dict(line) | counted)


async def versions(engine: AsyncEngine, year: int) -> QuotaVersions:
    """All orders and moves of a year's quota, oldest first. Raises NotFound."""
    await take_effect(engine)
    async with engine.connect() as connection:
        record = await records.load_by_source(connection, quota_order, str(year))
        found = await records.history(connection, quota_order, record)
        standing = await store.standing(connection, year)
    return QuotaVersions(year=year, versions=[_line(each, standing) for each in found])


def _line(record: Record, standing: int) -> VersionLine:
    said = QuotaVersion.read(record.body)
    national = [line for line in said.lines if line.national]
    return VersionLine(
        version=record.version,
        act=said.act,
        ordered_on=said.ordered_on,
        holds_from=takes_effect(record),
        state="in force" if record.version == standing else "past" if record.version < standing else "to come",
        moved=said.moved,
        national=sum(line.size for line in national),
        undistributed=sum(line.size for line in national if line.kind == rule.UNDISTRIBUTED),
        recorded_by=record.changed_by,
    )
