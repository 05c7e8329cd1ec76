"""Internal resettlers: one of them whole, and the register of all, searched and exported (K6; [002 §4.5]).

A resettler is known by the place in a regional quota. The register names nobody: whoever reads one whole is logged.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.kandas.cases import support_payback
from services.kandas.cases.answers import Answer
from services.kandas.cases.employment_request import REQUESTS
from services.kandas.cases.quota_inclusion import INCLUSIONS
from services.kandas.cases.support_grant import GRANTS
from services.kandas.cases.support_payback import SupportPayback
from services.kandas.store import resettler as store
from services.kandas.store.resettler import Wanted
from services.kandas.store.tables import quota_inclusion
from shared.db import records
from shared.db.records import Record
from shared.errors import NotFound
from shared.events.kandas import Education, EmploymentRequest, QuotaInclusion, SupportGrant
from shared.events.wire import Date, Occupation, Region, Text, WireModel
from shared.http.paging import page
from shared.identity.callers import Caller
from shared.identity.scope import within
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake
from shared.records.record_type import RecordType

EXPORT_PAGE: Final = 1_000
_PATHS: Final = {"education": "competence.education", "occupation": "competence.occupation"}


class Resettler(Answer):
    """A resettler whole: from where to where and since when, programme and competence (`inclusion`), the support
    granted by the place, the requests for work, and what is owed back. What was withdrawn is left out."""

    id: UUID
    inclusion: QuotaInclusion
    support: list[SupportGrant]
    employment: list[EmploymentRequest]
    payback: SupportPayback


class ResettlerQuery(WireModel):
    """What narrows the register; all that is given must agree."""

    region: Region | None = None
    region_of_origin: Region | None = None
    state: Literal["included", "ended"] | None = None
    programme: Text | None = None
    education: Education | None = None
    occupation: Occupation | None = None
    included_from: Date | None = None
    included_until: Date | None = None


class ResettlerLine(BaseModel):
    """One line: a resettler without a name. `work` is the state of the newest request."""

    id: UUID
    region_of_origin: Region | None
    region: Region
    programme: str | None
    education: Education | None
    occupation: str | None
    included_on: Date
    state: str
    ended_on: Date | None
    end_reason: str | None
    support_tenge: int = Field(description="granted by the place, and not withdrawn")
    work: str | None


async def read(engine: AsyncEngine, id: UUID, caller: Caller) -> Resettler:
    """As of today, by the id of the inclusion; each record shown is logged. Raises NotFound, also out of the caller's
    reach."""
    async with unit_of_work(engine) as unit:
        record = await records.load(unit.connection, quota_inclusion, id)
        inclusion = intake.visible_fact(INCLUSIONS, record, caller)
        if inclusion.kind != "resettler" or record.withdrawn:
            raise NotFound("There is no such resettler.")
        await intake.log(unit, INCLUSIONS, record, inclusion, caller, "read", "the resettler whole")
        return Resettler(
            id=id,
            inclusion=inclusion,
            support=await _shown(unit, GRANTS, id, caller),
            employment=await _shown(unit, REQUESTS, id, caller),
            payback=await support_payback.finding(unit.connection, id, inclusion),
        )


async def find(
    engine: AsyncEngine, wanted: ResettlerQuery, before: UUID | None, limit: int, caller: Caller
) -> tuple[list[ResettlerLine], bool]:
    """Up to `limit` lines of what the caller reaches, those on record last first, of records before `before`; and
    whether there are more."""
    asked = wanted.model_dump(exclude_none=True, exclude={"included_from", "included_until"})
    members = {_PATHS.get(name, name): value for name, value in asked.items()}
    async with engine.connect() as connection:
        reached = within(caller, INCLUSIONS.scope, store.places())
        days = Wanted(members, wanted.included_from, wanted.included_until)
        rows = await store.included(connection, days, reached, before, limit + 1)
        found, more = page(list(rows), limit)
        return await _lines(connection, found), more


async def export(engine: AsyncEngine, wanted: ResettlerQuery, caller: Caller) -> AsyncIterator[Sequence[ResettlerLine]]:
    """All lines that the caller reaches, page by page."""
    before, more = None, True
    while more:
        lines, more = await find(engine, wanted, before, EXPORT_PAGE, caller)
        yield lines
        before = lines[-1].id if lines else None


async def _shown(unit: UnitOfWork, record_type: RecordType[Any], inclusion: UUID, caller: Caller) -> list[Any]:
    """What hangs on the inclusion, each logged as read."""
    facts = []
    for record in await store.hanging_on(unit.connection, record_type.table, inclusion):
        fact = record_type.fact.read(record.body)
        await intake.log(unit, record_type, record, fact, caller, "read", "the resettler whole")
        facts.append(fact)
    return facts


async def _lines(connection: AsyncConnection, found: Sequence[Record]) -> list[ResettlerLine]:
    ids = [record.id for record in found]
    received, work = await store.received(connection, ids), await store.work(connection, ids)
    return [
        _line(record.id, QuotaInclusion.read(record.body), received.get(record.id, 0), work.get(record.id))
        for record in found
    ]


def _line(id: UUID, inclusion: QuotaInclusion, received: int, work: str | None) -> ResettlerLine:
    competence = inclusion.competence
    return ResettlerLine(
        id=id,
        region_of_origin=inclusion.region_of_origin,
        region=inclusion.region,
        programme=inclusion.programme,
        education=competence and competence.education,
        occupation=competence and competence.occupation,
        included_on=inclusion.included_on,
        state=inclusion.state,
        ended_on=inclusion.ended_on,
        end_reason=inclusion.end_reason,
        support_tenge=received,
        work=work,
    )
