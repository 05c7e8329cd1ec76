"""Asylum, refugee status and statelessness from the interior ministry's feed (P7)."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ColumnElement, literal_column, select
from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.rules.police.protection_status import review_due
from services.portal.rules.rulebook import rulebook
from services.portal.store.tables import protection_status
from shared import clock
from shared.audit import access_log
from shared.events.police import ProtectionStatus
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to, within
from shared.outbox.unit_of_work import unit_of_work
from shared.records.people import person_values
from shared.records.record_type import RecordType


def _review_from(status: ProtectionStatus) -> date | None:
    """The day from which the running year counts; None for what is not reviewed yearly."""
    if status.kind != "refugee" or status.ended_on is not None:
        return None
    return status.reviewed_on or status.granted_on


PROTECTION = RecordType(
    fact=ProtectionStatus,
    table=protection_status,
    path="protection-statuses",
    writers=("migration-police",),
    readers=("migration-police",),
    scope=belongs_to(region="region"),
    time=lambda status: clock.start_of(status.granted_on),
    day="granted_on",
    columns=lambda status: {"review_from": _review_from(status), **person_values(status.person)},
)


class ReviewDue(BaseModel):
    """A refugee's record and the last day on which the status holds without another review."""

    id: UUID
    source_id: str
    version: int
    due: date


class ReviewsDue(BaseModel):
    """Which records must be reviewed by a day, and the rule that says so."""

    by: date
    rule: str
    rule_version: str
    due: list[ReviewDue]


async def reviews_due(engine: AsyncEngine, by: date, limit: int, caller: Caller) -> ReviewsDue:
    """Refugees whose status must be reviewed on or before `by`, longest overdue first, with the rule that says so;
    those that the caller reaches."""
    norm = rulebook().on_or_first("refugee_status", by)
    table = protection_status
    region: ColumnElement[Any] = literal_column(f"{table.name}.body ->> 'region'")
    reached = within(caller, PROTECTION.scope, {"region": region})
    query = select(table).where(table.c.review_from <= by, table.c.withdrawn.is_(False), reached)
    async with unit_of_work(engine) as unit:
        rows = await unit.connection.execute(query.order_by(table.c.review_from).limit(limit))
        due = [(row, review_due(row.review_from, rulebook())) for row in rows]
        due = [(row, day) for row, day in due if day <= by]
        seen = [(row.id, ProtectionStatus.read(row.body).person) for row, _ in due]
        await access_log.log_search(unit.connection, caller, PROTECTION.name, seen)
    found = [ReviewDue(id=row.id, source_id=row.source_id, version=row.version, due=day) for row, day in due]
    return ReviewsDue(by=by, rule=norm.name, rule_version=norm.version, due=found)
