"""The judgement on an application: by the decision and, before anything is submitted, by `:check` and the hiring room.

Both go through `judge`, after the applications of who did not pay have lapsed. Asked beforehand nothing of the
application is kept, and nothing is locked: another may take the place in between. That a caller asked about persons
stands in the access log, since the answer says who is barred.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.permits.cases import employer as employer_cases
from services.permits.cases import labour_market
from services.permits.cases.entry_ban import barred
from services.permits.cases.fee import FeeDue
from services.permits.cases.lapse_run import CLOCK, lapse
from services.permits.cases.quota import take_effect
from services.permits.cases.work_permit_application import (
    APPLICATIONS,
    Application,
    ApplicationFile,
    drafted,
    expect_plausible,
)
from services.permits.labour_market.port import LabourMarket
from services.permits.rules import fee as fee_rule
from services.permits.rules import hiring_room
from services.permits.rules import quota as quota_rule
from services.permits.rules import work_permit as rule
from services.permits.rules.entry_ban import Barred
from services.permits.rules.hiring_room import Room
from services.permits.rules.quota import Pool, QuotaSlot
from services.permits.rules.rulebook import rulebook
from services.permits.rules.work_permit_application import Known, PermitsAsked
from services.permits.store import employer as employers
from services.permits.store import quota, tables
from shared import clock
from shared.audit import access_log
from shared.db import records
from shared.events.wire import Region
from shared.identity.callers import Caller
from shared.identity.scope import expect_reach
from shared.kernel.calendar import add_months
from shared.kernel.decisions import Decision, DecisionOutcome
from shared.kernel.norms import NormsInForce
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work

AskedKind = Literal["employer", "seasonal", "intra_corporate"]


class HiringRoom(BaseModel):
    """How many more workers of each category the employer may be granted in a region today, and what limits it."""

    employer_bin: str
    kind: AskedKind
    region: Region
    day: date
    rooms: tuple[Room, ...]


class RegionRooms(BaseModel):
    """How many more workers of each category could be granted in one region alone."""

    region: Region
    rooms: tuple[Room, ...]


class CheckAnswer(BaseModel):
    """What a decision of today would be. `fee` is none where none is due or the decision refuses. Of an application for
    several regions `rooms` are those who could work in all of them, `by_region` those of each by itself."""

    decision: Decision
    fee: FeeDue | None
    rooms: tuple[Room, ...]
    by_region: tuple[RegionRooms, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """The decision, the pools that it draws on, and the fee of what it grants."""

    decision: Decision
    pools: Sequence[Pool]
    fee: FeeDue | None


async def market_answers(market: LabourMarket, application: Application, today: date) -> Known:
    """What systems of others tell of an application. They are asked before the unit of work opens: nobody waits for
    them in a transaction, and what is locked waits for nobody."""
    if application.kind != "employer" or "vacancy_code" not in rulebook().on(today):
        return Known()
    codes = [worker.vacancy.code if worker.vacancy else None for worker in application.workers]
    return Known(await labour_market.vacancies(market, codes))


async def judge(
    unit: UnitOfWork, file: ApplicationFile, today: date, known: Known, *, binding: bool, extends: UUID | None = None
) -> Judged:
    """By the norms in force today, and by what systems of others have told. Binding, employer and pools are locked
    until the transaction ends. The worker of a permit that the application `extends` is asked for, and does not count
    among the staff beside."""
    norms, facts, bin_number = rulebook().on(today), file.asked, file.application.employer_bin
    if binding:
        await _lock_employer(unit.connection, bin_number)
    staff = await employers.staff_on(unit.connection, bin_number, today, without=extends)
    pools = await _pools(unit.connection, facts.kind, facts.places, norms, lock=binding)
    known = await _with_record(unit.connection, bin_number, known, norms)
    decision = rule.decide(facts, staff, pools, await barred_among(unit, file, today), norms, known)
    granted = decision.outcome is DecisionOutcome.GRANTED
    return Judged(decision, pools, fee_due(file, norms) if granted else None)


async def _with_record(connection: AsyncConnection, bin_number: str, known: Known, norms: NormsInForce) -> Known:
    """What is known of an application, with what this register itself holds of the employer."""
    replaced = norms.get("replacement_of_category_4")
    over = add_months(norms.day, -replaced.table()["longest"]) if replaced else None
    return replace(
        known,
        illegal_work=await employers.illegal_work(connection, bin_number, norms.day),
        earlier_category_4=await employers.category_4_since(connection, bin_number, over) if over else 0,
    )


async def barred_among(unit: UnitOfWork, file: ApplicationFile, today: date) -> list[Barred]:
    """Who of the workers is barred on the first day of the permit. Raises Unavailable."""
    workers = file.application.workers
    return await barred(unit, [(worker.person, rule.holds_from(worker.valid_from, today)) for worker in workers])


async def check(engine: AsyncEngine, market: LabourMarket, application: Application, caller: Caller) -> CheckAnswer:
    """The answer that `decide` would give today. Raises as `submit`, but that a source_id may hold another."""
    expect_reach(caller, APPLICATIONS, application)
    expect_plausible(application)
    await _up_to_date(engine)
    today = clock.today()
    known = await market_answers(market, application, today)
    async with unit_of_work(engine) as unit:
        file = await drafted(unit, application, today)
        judged = await judge(unit, file, today, known, binding=False)
        norms, facts = rulebook().on(today), file.asked
        rooms = await _rooms(unit.connection, facts, application.employer_bin, norms)
        by_region = await _rooms_by_region(unit.connection, facts, application.employer_bin, norms)
        await access_log.log_versions(
            unit.connection,
            caller,
            "read",
            tables.work_permit_application.name,
            f"{application.employer_bin}:{application.source_id}",
            [worker.person for worker in application.workers],
        )
    return CheckAnswer(decision=judged.decision, fee=judged.fee, rooms=rooms, by_region=by_region)


async def _up_to_date(engine: AsyncEngine) -> None:
    """As before a decision: today's version of the quota counts, and the places of who did not pay are free."""
    await take_effect(engine)
    await lapse(engine, CLOCK)


async def room(engine: AsyncEngine, bin_number: str, kind: AskedKind, region: str | None, caller: Caller) -> HiringRoom:
    """How many more the employer may hire in a region, that of its seat if none is named. Raises NotFound for an
    employer that is unknown or out of the caller's reach."""
    await _up_to_date(engine)
    norms = rulebook().on(clock.today())
    employer = (await employer_cases.read(engine, bin_number, caller)).document
    async with engine.connect() as connection:
        place = region or employer.region
        facts = PermitsAsked(kind, place, employer.activity, (), employer.form)
        rooms = await _rooms(connection, facts, bin_number, norms)
    return HiringRoom(employer_bin=bin_number, kind=kind, region=place, day=norms.day, rooms=rooms)


async def _rooms(
    connection: AsyncConnection, facts: PermitsAsked, bin_number: str, norms: NormsInForce
) -> tuple[Room, ...]:
    staff = await employers.staff_on(connection, bin_number, norms.day)
    categories = (None,) if facts.kind == "seasonal" else hiring_room.CATEGORIES
    places = [
        QuotaSlot(facts.kind, category, region, facts.activity) for category in categories for region in facts.regions
    ]
    pools = await _pools(connection, facts.kind, places, norms, lock=False)
    return hiring_room.rooms(facts, staff, pools, norms)


async def _rooms_by_region(
    connection: AsyncConnection, facts: PermitsAsked, bin_number: str, norms: NormsInForce
) -> tuple[RegionRooms, ...]:
    """None where one region is asked for: `_rooms` says it."""
    found = []
    for region in facts.regions if facts.further_regions else ():
        alone = replace(facts, region=region, further_regions=())
        found.append(RegionRooms(region=region, rooms=await _rooms(connection, alone, bin_number, norms)))
    return tuple(found)


async def _lock_employer(connection: AsyncConnection, bin_number: str) -> None:
    """One decision at a time for an employer: each must see whom the other admitted."""
    employer = await records.load_by_source(connection, tables.employer, bin_number)
    await records.load(connection, tables.employer, employer.id, lock=True)


async def _pools(
    connection: AsyncConnection, kind: str, places: Sequence[QuotaSlot], norms: NormsInForce, *, lock: bool
) -> list[Pool]:
    """The pools that cover any of `places`; none where the kind stands outside the quota."""
    if not quota_rule.needs_place(kind, norms):
        return []
    if lock:
        return await quota.lock_covering(connection, norms.day.year, places)
    alike = set(places)
    return [pool for pool in await quota.pools(connection, norms.day.year) if any(map(pool.covers, alike))]


def fee_due(file: ApplicationFile, norms: NormsInForce) -> FeeDue | None:
    """What a decision of this day makes due; none where nothing is."""
    due = fee_rule.due(file.asked, norms)
    return FeeDue(**asdict(due)) if due else None
