"""Applications, for permits and for extensions, lapse where the fee was not paid in its term: any number together,
and their places go back (L3).

As many statements for a thousand as for one: whoever decides next must not wait for those who did not pay.
"""

import logging
from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel
from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.cases import work_permit_extension
from services.permits.cases.work_permit_application import FILES, file_of
from services.permits.store import quota
from services.permits.store import work_permit_application as store
from services.permits.store.tables import work_permit
from services.permits.store.tables import work_permit_application as applications
from services.permits.store.tables import work_permit_extension as extensions
from shared import clock
from shared.audit import access_log
from shared.audit.access_log import Entry
from shared.db import records
from shared.db.records import NextVersion, Record
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work

log = logging.getLogger(__name__)

CLOCK = Caller("permits", frozenset({"system"}))
"""Who does what the clock brings about."""

LAPSED_AT_ONCE = 1_000
REASON = "the fee was not paid in its term"


class LapseRun(BaseModel):
    """How many applications lapsed by this run, those for extensions among them."""

    lapsed: int


async def lapse(engine: AsyncEngine, caller: Caller) -> LapseRun:
    """Gives back the places of everybody who did not pay in time; how many applications lapsed. May run at any time
    and any number of times, also beside itself."""
    lapsed = 0
    while found := await _lapse_some(engine, clock.today(), caller):
        lapsed += found
    return LapseRun(lapsed=lapsed)


async def lapse_daily(engine: AsyncEngine) -> None:
    """Today's lapses, as the clock brings them about."""
    log.info("lapse run: %d applications lapsed", (await lapse(engine, CLOCK)).lapsed)


async def _lapse_some(engine: AsyncEngine, today: date, caller: Caller) -> int:
    """Of each kind up to LAPSED_AT_ONCE; how many."""
    async with unit_of_work(engine) as unit:
        return await _lapse_applications(unit, today, caller) + await _lapse_extensions(unit, today, caller)


async def _lapse_applications(unit: UnitOfWork, today: date, caller: Caller) -> int:
    found = await _unpaid(unit, applications, today)
    files = {record.id: file_of(record) for record in found}
    revisions, entries = [], []
    for id, file in files.items():
        FILES.expect_open_to("lapse", file)
        lapsed = file.model_copy(update={"status": "lapsed"})
        revisions.append(NextVersion(id, lapsed.model_dump_json(), lapsed.columns, reason=REASON))
        entries += [Entry(caller, "change", id, worker.person, REASON) for worker in file.application.workers]
    return await _keep(unit, applications, revisions, entries, caller)


async def _lapse_extensions(unit: UnitOfWork, today: date, caller: Caller) -> int:
    found = await _unpaid(unit, extensions, today)
    files = {record.id: work_permit_extension.file_of(record) for record in found}
    of_permits = [file.application.permit_id for file in files.values()]
    permits = {
        record.id: work_permit_extension.fact_of(record)
        for record in await records.read_all(unit.connection, work_permit, of_permits)
    }
    revisions, entries = [], []
    for id, file in files.items():
        work_permit_extension.FILES.expect_open_to("lapse", file)
        lapsed = file.model_copy(update={"status": "lapsed"})
        revisions.append(NextVersion(id, lapsed.model_dump_json(), lapsed.columns, reason=REASON))
        entries.append(Entry(caller, "change", id, permits[file.application.permit_id].person, REASON))
    return await _keep(unit, extensions, revisions, entries, caller)


async def _unpaid(unit: UnitOfWork, table: Table, today: date) -> Sequence[Record]:
    ids = await store.unpaid(unit.connection, table, today, LAPSED_AT_ONCE)
    return await records.read_all(unit.connection, table, ids) if ids else ()


async def _keep(
    unit: UnitOfWork, table: Table, revisions: Sequence[NextVersion], entries: Sequence[Entry], caller: Caller
) -> int:
    """Gives the lapsed their next versions, and their places back; how many they are."""
    if revisions:
        await records.revise_all(unit.connection, table, revisions, author=caller.subject)
        await access_log.log_entries(unit.connection, table.name, entries)
        # last, since whoever decides waits for the pools that this locks
        await quota.expire_all(unit.connection, [each.id for each in revisions])
    return len(revisions)
