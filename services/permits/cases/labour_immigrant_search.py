"""Applications of households as officers look for them: the work list by state, and those of one household (L4)."""

from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.cases.labour_immigrant import (
    APPLICATIONS,
    FILES,
    HouseholdFile,
    HouseholdFileState,
    Status,
    persons_of,
)
from services.permits.store import labour_immigrant as store
from services.permits.store.tables import labour_immigrant_application as applications
from shared.audit import access_log
from shared.audit.access_log import Subject
from shared.events.person import Iin
from shared.events.wire import Date, Region, WireModel
from shared.identity.callers import Caller
from shared.identity.scope import within
from shared.outbox.unit_of_work import unit_of_work


class HouseholdQuery(WireModel):
    """Whose applications are wanted."""

    household_iin: Iin


class HouseholdLine(BaseModel):
    """An application in the work list, without its persons."""

    id: UUID
    status: Status
    region: Region
    submitted_on: Date
    answer_by: Date
    valid_from: Date


async def work_list(
    engine: AsyncEngine, status: Status, after: UUID | None, limit: int, caller: Caller
) -> list[HouseholdLine]:
    """What waits in a state, longest first, without persons, of what the caller reaches."""
    async with engine.connect() as connection:
        reached = within(caller, APPLICATIONS, store.places())
        found = await store.with_status(connection, status, reached, after, limit)
    files = [(record.id, HouseholdFile.read(record.body)) for record in found]
    return [
        HouseholdLine(
            id=id,
            status=file.status,
            region=file.application.region,
            submitted_on=file.submitted_on,
            answer_by=file.answer_by,
            valid_from=file.application.valid_from,
        )
        for id, file in files
    ]


async def find(engine: AsyncEngine, wanted: HouseholdQuery, caller: Caller) -> list[HouseholdFileState]:
    """A household's applications, newest first, of those that the caller reaches. The search and whom it shows are
    logged, the householder too."""
    async with unit_of_work(engine) as unit:
        reached = within(caller, APPLICATIONS, store.places())
        found = await store.of_household(unit.connection, wanted.household_iin, reached)
        states = [await FILES.shown(unit, record, HouseholdFile.read(record.body)) for record in found]
        shown = [(state.id, person) for state in states for person in persons_of(state)]
        householder = Subject.beside(wanted.household_iin)
        await access_log.log_search(unit.connection, caller, applications.name, shown, wanted=householder)
    return states
