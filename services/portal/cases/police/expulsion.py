"""Expulsions decided by courts, from the interior ministry's feed (P7), and the ban on entry that one with a term is.

The ban is a record of the register of bans, made in the transaction of the expulsion and corrected and withdrawn with
it: so that the border, the alerts on crossings and the permits register learn of it as of any other.
"""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.cases.border.border_alert import PORTAL
from services.portal.cases.border.entry_ban import ENTRY_BANS
from services.portal.store.police import expulsion as store
from services.portal.store.tables import entry_ban, expulsion
from shared import clock
from shared.db import records
from shared.errors import NotFound
from shared.events.border_control import EntryBan
from shared.events.police import Expulsion
from shared.identity.scope import whole_country
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake
from shared.records.people import person_values
from shared.records.record_type import RecordType, Revision, StoredRecord

PAGE = 500


async def _on_created(unit: UnitOfWork, entries: Sequence[StoredRecord[Expulsion]]) -> None:
    bans = [ban for entry in entries if (ban := _ban(entry))]
    if bans:
        await intake.ingest(unit, ENTRY_BANS, bans, [PORTAL] * len(bans))


async def _on_revised(unit: UnitOfWork, changes: Sequence[Revision[Expulsion]]) -> None:
    for change in changes:
        await _revise_ban(unit, change)


async def _revise_ban(unit: UnitOfWork, change: Revision[Expulsion]) -> None:
    """A ban that was lifted stays lifted."""
    ban = None if change.after is None else _ban(StoredRecord(change.id, change.after))
    try:
        known = await records.load_by_source(unit.connection, entry_ban, f"expulsion:{change.id}")
    except NotFound:
        if ban is not None:
            await intake.ingest(unit, ENTRY_BANS, [ban], [PORTAL])
        return
    record = await records.load(unit.connection, entry_ban, known.id, lock=True)
    held, reason = EntryBan.read(record.body), "the expulsion was corrected or withdrawn"
    if ban is None and not record.withdrawn:
        await intake.revise_within(unit, ENTRY_BANS, record, held, PORTAL, reason, withdrawn=True)
    elif ban is not None:
        ban = ban.model_copy(update={"lifted_on": held.lifted_on, "lift_reason": held.lift_reason})
        if record.withdrawn or ban != held:
            await intake.revise_within(unit, ENTRY_BANS, record, ban, PORTAL, reason)


def _ban(expelled: StoredRecord[Expulsion]) -> EntryBan | None:
    """From the decision to the last day that it names; None where it names none."""
    fact = expelled.fact
    if fact.barred_until is None:
        return None
    return EntryBan(
        source_id=f"expulsion:{expelled.id}",
        person=fact.person,
        ground="expulsion",
        barred_from=fact.decided_on,
        barred_until=fact.barred_until,
    )


async def bar_expelled(engine: AsyncEngine) -> None:
    """Makes the bans of expulsions that were stored before bans followed from them. Repeats change nothing."""
    while True:
        async with unit_of_work(engine) as unit:
            rows = await store.without_ban(unit.connection, PAGE)
            await _on_created(unit, [StoredRecord(row.id, Expulsion.read(row.body)) for row in rows])
        if len(rows) < PAGE:
            return


EXPULSIONS = RecordType(
    fact=Expulsion,
    table=expulsion,
    path="expulsions",
    writers=("migration-police",),
    readers=("migration-police",),
    scope=whole_country("a court expels from the whole country; register of decree 148"),
    time=lambda fact: clock.start_of(fact.decided_on),
    day="decided_on",
    columns=lambda fact: person_values(fact.person),
    on_created=_on_created,
    on_revised=_on_revised,
)
