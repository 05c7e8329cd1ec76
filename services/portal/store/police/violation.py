"""Findings of the portal's runs, by their state and by the person."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.portal.store.tables import violation
from shared.db import records
from shared.db.records import Record
from shared.identity.scope import Kind


def _found_by_run() -> ColumnElement[bool]:
    return violation.c.source_id.startswith("overstay:", autoescape=True)


def _waiting() -> ColumnElement[bool]:
    return _found_by_run() & ~violation.c.withdrawn & text("body->>'confirmed_on' IS NULL")


def places() -> dict[Kind, ColumnElement[Any]]:
    """What says to what a violation belongs."""
    return {"region": literal_column("violation.body ->> 'region'"), "person": violation.c.iin}


async def awaiting(
    connection: AsyncConnection, reached: ColumnElement[bool], start: UUID | None, limit: int
) -> list[Record]:
    """Up to `limit` findings that are `reached` and nobody has confirmed or withdrawn, in the order in which they were
    found."""
    query = select(violation.c.id).where(_waiting(), reached).order_by(violation.c.id).limit(limit)
    if start is not None:
        query = query.where(violation.c.id > start)
    return await _loaded(connection, list((await connection.scalars(query)).all()))


async def found_against(connection: AsyncConnection, iin: str, before: UUID | None, limit: int) -> list[Record]:
    """Up to `limit` of what runs have found against a person, newest first, found before the finding `before`."""
    query = select(violation.c.id).where(violation.c.iin == iin, _found_by_run(), ~violation.c.withdrawn)
    if before is not None:
        query = query.where(violation.c.id < before)
    newest = query.order_by(violation.c.id.desc()).limit(limit)
    return await _loaded(connection, list((await connection.scalars(newest)).all()))


async def is_about(connection: AsyncConnection, id: UUID, iin: str) -> bool:
    """Whether a run's finding of that id is about the person."""
    query = select(violation.c.id).where(violation.c.id == id, violation.c.iin == iin, _found_by_run())
    return (await connection.scalar(query)) is not None


async def _loaded(connection: AsyncConnection, ids: list[UUID]) -> list[Record]:
    return await records.read_all(connection, violation, ids)
