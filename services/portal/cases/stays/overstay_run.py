"""The overstay run (P5): every day it finds who is still here without right, and records a finding of each (P5b).

It goes through the documents in their order, then through the entries of those who are known by IIN only, some at a
time, each time in a transaction of its own that also says how far the run is. A run that was killed is simply repeated:
what it had found is known by the entry of the stay and not found again. A finding that was withdrawn stays so. It
belongs to the region where the stay was last known to be, whose officers confirm it: that of the checkpoint of the
entry where nobody has reported more. A checkpoint that is on no list leaves it to the officers of the whole country.
What turns out not to have been one, by an exit or a title reported late, the next run withdraws, unless an officer has
confirmed it: that is the officer's.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.portal.cases.border.border_alert import PORTAL
from services.portal.cases.police.violation import VIOLATIONS
from services.portal.cases.stays.stay_control import Followed, Sought, follow
from services.portal.cases.stays.work_permit import SOURCE
from services.portal.rules.rulebook import rulebook
from services.portal.rules.stays.stay_control import HOME, overstayed_since
from services.portal.store.stays import overstay_run as runs
from services.portal.store.stays import stay_control as store
from services.portal.store.tables import violation
from shared import clock
from shared.db import records
from shared.db.identifiers import new_id
from shared.errors import NotFound
from shared.events.police import Violation
from shared.events.portal import BorderCrossing
from shared.events.wire import Date
from shared.identity.callers import Caller
from shared.inbox.copies import expect_current
from shared.kernel.calendar import add_days
from shared.kernel.codes import region_of_checkpoint
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake
from shared.records.people import document_of

log = logging.getLogger(__name__)

AT_ONCE = 2_000  # persons, as many as lines of a batch
LastCrossings = Callable[[AsyncConnection, Any, datetime, int], Awaitable[list[Any]]]
"""Of the store: a page of persons by their last crossings, after a row of the page before."""
_FIRST = UUID(int=0)
_NO_OVERSTAY = "the register, as completed since, shows no overstay"
_PLACE_KNOWN = "where the person stays has become known"


@dataclass(frozen=True, slots=True)
class Overstay:
    """A stay, named by its entry, in which the person has been without right since a day."""

    entry: UUID
    since: date

    @property
    def source_id(self) -> str:
        return f"overstay:{self.entry}"


class OverstayRun(BaseModel):
    """How far a run is: persons examined, findings recorded, and findings of earlier runs withdrawn."""

    id: UUID
    day: Date
    state: Literal["waiting", "running", "done"]
    examined: int
    recorded: int
    withdrawn: int


async def order(engine: AsyncEngine, day: date) -> OverstayRun:
    """Orders the run of a day, which the background does; a day that is waiting already is not ordered twice."""
    async with unit_of_work(engine) as unit:
        ordered = await runs.order(unit.connection, new_id(), day)
        return await _status(unit.connection, ordered)


async def read(engine: AsyncEngine, id: UUID) -> OverstayRun:
    """How far a run is. Raises NotFound."""
    async with engine.connect() as connection:
        return await _status(connection, id)


async def _status(connection: AsyncConnection, id: UUID) -> OverstayRun:
    found = await runs.get(connection, id)
    if found is None:
        raise NotFound("No overstay run of that id was ordered.")
    begun = found.examined or found.withdrawn
    state: Literal["waiting", "running", "done"] = "done" if found.finished_at else "running" if begun else "waiting"
    return OverstayRun(
        id=id,
        day=found.day,
        state=state,
        examined=found.examined,
        recorded=found.recorded,
        withdrawn=found.withdrawn,
    )


async def run(engine: AsyncEngine, day: date, caller: Caller, at_once: int = AT_ONCE) -> OverstayRun:
    """Examines everybody who is here on `day`. May be repeated at will. Raises Unavailable where permits to work that
    were given lately may be missing: nobody shall be accused for that."""
    ordered = (await order(engine, day)).id
    async with engine.connect() as connection:
        await expect_current(connection, SOURCE)
        await runs.begin(connection, ordered)
        await connection.commit()
    await _review_all(engine, ordered, caller, at_once)
    for last_crossings in (store.last_on_documents, store.last_without_document):
        await _record_all(engine, ordered, last_crossings, day, caller, at_once)
    async with unit_of_work(engine) as unit:
        await runs.finish(unit.connection, ordered)
    return await read(engine, ordered)


async def _record_all(
    engine: AsyncEngine, ordered: UUID, last_crossings: LastCrossings, day: date, caller: Caller, at_once: int
) -> None:
    before, after = clock.start_of(add_days(day, 1)), None
    while True:
        async with unit_of_work(engine) as unit:
            last = await last_crossings(unit.connection, after, before, at_once)
            recorded = await _record(unit, [row for row in last if _may_overstay(row)], day, caller)
            await runs.advance(unit.connection, ordered, len(last), recorded, 0)
        if len(last) < at_once:
            return
        after = last[-1]


def _may_overstay(row: Any) -> bool:
    return bool(row.direction == "entry" and row.citizenship != HOME)


async def _record(unit: UnitOfWork, candidates: Sequence[Any], day: date, caller: Caller) -> int:
    if not candidates:
        return 0
    sought = [Sought(row.document, row.iin, row.birth_date) for row in candidates]
    found = {o.source_id: o for f in await follow(unit.connection, sought, day) if (o := _overstay(f, day))}
    known = await store.known_violations(unit.connection, list(found))
    new = {overstay.entry: overstay for source_id, overstay in found.items() if source_id not in known}
    if not new:
        return 0
    entries = await _entries(unit.connection, list(new))
    regions = await runs.regions_of(unit.connection, list(new))
    facts = [
        _violation(overstay, entries[id], day, regions.get(id) or _entered_in(entries[id], day))
        for id, overstay in new.items()
    ]
    taken = await intake.ingest(unit, VIOLATIONS, facts, [caller] * len(facts))
    return sum(each.outcome == "created" for each in taken)


def _overstay(followed: Followed, day: date) -> Overstay | None:
    since = overstayed_since(followed.history, day, rulebook())
    if since is None:
        return None
    entry = next(crossed for crossed in reversed(followed.crossings) if crossed.direction == "entry")
    return Overstay(entry.id, since)


async def _entries(connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, BorderCrossing]:
    return {id: BorderCrossing.read(body) for id, body in (await store.bodies(connection, ids)).items()}


def _entered_in(entry: BorderCrossing, day: date) -> str | None:
    """The region of the checkpoint, as it was on the day of the finding."""
    return region_of_checkpoint(entry.checkpoint, day)


def _violation(overstay: Overstay, entry: BorderCrossing, day: date, region: str | None) -> Violation:
    return Violation(
        source_id=overstay.source_id,
        person=entry.person,
        violation="overstay",
        found_on=day,
        since=overstay.since,
        region=region,
        found_by="overstay_run",
    )


async def _review_all(engine: AsyncEngine, ordered: UUID, caller: Caller, at_once: int) -> None:
    after = _FIRST
    while True:
        async with unit_of_work(engine) as unit:
            rows = await store.found_by_run(unit.connection, after, at_once)
            await runs.advance(unit.connection, ordered, 0, 0, await _review(unit, rows, caller))
        if len(rows) < at_once:
            return
        after = rows[-1].id


async def _review(unit: UnitOfWork, rows: Sequence[Any], caller: Caller) -> int:
    """Each is judged again as of the day on which it was found; how many are withdrawn. What stands gets the region
    that has become known since, so that its officers see it."""
    withdrawn, standing = 0, dict[UUID, tuple[UUID, Violation]]()  # by entry
    for day, held in _by_day(rows).items():
        sought = [Sought(document_of(fact.person), fact.person.iin, fact.person.birth_date) for _, fact in held]
        for (id, fact), followed in zip(held, await follow(unit.connection, sought, day), strict=True):
            overstay = _overstay(followed, day)
            if overstay is None or overstay.source_id != fact.source_id:
                withdrawn += await _revise(unit, id, caller, _NO_OVERSTAY, withdrawn=True)
            else:
                standing[overstay.entry] = id, fact
    await _place(unit, standing, caller)
    return withdrawn


async def _place(unit: UnitOfWork, standing: Mapping[UUID, tuple[UUID, Violation]], caller: Caller) -> None:
    """Findings of which nothing, or the checkpoint alone, was known get the region where the stay is."""
    if not standing:
        return
    entered = {
        entry: _entered_in(crossed, standing[entry][1].found_on)
        for entry, crossed in (await _entries(unit.connection, list(standing))).items()
    }
    movable = [entry for entry, (_, fact) in standing.items() if fact.region in (None, entered[entry])]
    known = await runs.regions_of(unit.connection, movable)
    for entry in movable:
        id, fact = standing[entry]
        region = known.get(entry) or entered[entry]
        if region != fact.region:
            await _revise(unit, id, caller, _PLACE_KNOWN, {"region": region})


async def _revise(
    unit: UnitOfWork,
    id: UUID,
    caller: Caller,
    reason: str,
    changed: Mapping[str, str | None] | None = None,
    *,
    withdrawn: bool = False,
) -> bool:
    """False where an officer has confirmed or withdrawn the finding meanwhile."""
    record = await records.load(unit.connection, violation, id, lock=True)
    fact = Violation.read(record.body)
    if record.withdrawn or not fact.is_finding:
        return False
    fact = fact.model_copy(update=dict(changed or {}))
    await intake.revise_within(unit, VIOLATIONS, record, fact, caller, reason, withdrawn=withdrawn)
    return True


def _by_day(rows: Sequence[Any]) -> dict[date, list[tuple[UUID, Violation]]]:
    days: dict[date, list[tuple[UUID, Violation]]] = {}
    for row in rows:
        fact = Violation.read(row.body)
        days.setdefault(fact.found_on, []).append((row.id, fact))
    return days


async def job(engine: AsyncEngine) -> None:
    """Today's run, scheduled."""
    _report(await run(engine, clock.today(), PORTAL))


async def do_ordered(engine: AsyncEngine) -> None:
    """The runs that somebody has ordered."""
    async with engine.connect() as connection:
        days = [each.day for each in await runs.waiting(connection)]
    for day in days:
        _report(await run(engine, day, PORTAL))


def _report(done: OverstayRun) -> None:
    log.info("overstay run: %d examined, %d recorded, %d withdrawn", done.examined, done.recorded, done.withdrawn)
