"""Applications whose fee was not paid in its term lapse, any number of them together, and their places go back (L3).

As many statements for a thousand as for one: whoever decides next must not wait for those who did not pay.
"""

import logging
from datetime import date

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.cases.work_permit_application import expect_open_to, file_of
from services.permits.store import quota
from services.permits.store import work_permit_application as store
from services.permits.store.tables import work_permit_application as applications
from shared import clock
from shared.audit import access_log
from shared.audit.access_log import Entry
from shared.db import records
from shared.db.records import NextVersion
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import unit_of_work

log = logging.getLogger(__name__)

CLOCK = Caller("permits", frozenset({"system"}))
"""Who does what the clock brings about."""

LAPSED_AT_ONCE = 1_000
REASON = "the fee was not paid in its term"


class LapseRun(BaseModel):
    """How many applications lapsed by this run."""

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
    async with unit_of_work(engine) as unit:
        ids = await store.unpaid(unit.connection, today, LAPSED_AT_ONCE)
        if not ids:
            return 0
        files = {record.id: file_of(record) for record in await records.read_all(unit.connection, applications, ids)}
        revisions = []
        for id, file in files.items():
            expect_open_to("lapse", file)
            lapsed = file.model_copy(update={"status": "lapsed"})
            revisions.append(NextVersion(id, lapsed.model_dump_json(), lapsed.columns, reason=REASON))
        await quota.expire_all(unit.connection, ids)
        await records.revise_all(unit.connection, applications, revisions, author=caller.subject)
        entries = [
            Entry(caller, "change", id, worker.person, REASON)
            for id, file in files.items()
            for worker in file.application.workers
        ]
        await access_log.log_entries(unit.connection, applications.name, entries)
    return len(ids)
