"""Extensions of a permit: how often it was extended, and which of them stand or are open."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.permits.store.tables import work_permit
from services.permits.store.tables import work_permit_extension as table
from shared.identity.scope import Kind
from shared.records.members import json_of

OPEN = ("submitted", "granted")


def places() -> dict[Kind, ColumnElement[Any]]:
    """What says to what an application for an extension belongs."""
    return {
        "region": literal_column("work_permit_extension.body #>> '{region}'"),
        "employer": table.c.employer_bin,
    }


def shown() -> dict[Kind, ColumnElement[Any]]:
    """To which further places an application for an extension is shown."""
    return {"region": json_of(table, "further_regions")}


async def extended(connection: AsyncConnection, permit: UUID) -> Sequence[UUID]:
    """The extensions by which the permit was extended."""
    asked = select(table.c.id).where(table.c.permit_id == permit, table.c.status == "extended")
    return (await connection.scalars(asked)).all()


async def opened(connection: AsyncConnection, permit: UUID) -> UUID | None:
    """The extension of the permit that is asked for and not done; one at most. The permit must be locked."""
    asked = select(table.c.id).where(table.c.permit_id == permit, table.c.status.in_(OPEN))
    found: UUID | None = await connection.scalar(asked)
    return found


async def not_begun(connection: AsyncConnection, permit: UUID, day: date) -> Sequence[UUID]:
    """The extensions of the permit that begin on `day` or later."""
    asked = select(table.c.id).where(
        table.c.permit_id == permit, table.c.status == "extended", table.c.valid_from >= day
    )
    return (await connection.scalars(asked)).all()


async def application_of(connection: AsyncConnection, permit: UUID) -> UUID | None:
    """The application of an employer by which the permit was issued, if there is one."""
    found: UUID | None = await connection.scalar(select(work_permit.c.application_id).where(work_permit.c.id == permit))
    return found
