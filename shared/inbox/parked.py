"""Parked events as operators see them, never their content: what they are, sending them again, and skipping them.

Whoever reads events has such a table (`table_of`): accounting, and the registers that keep copies.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.http.paging import Cursor, Limit, after, cursor_at, page
from shared.http.routes import router as api_router
from shared.identity.callers import requires
from shared.identity.scope import no_record
from shared.inbox.source import LARGEST

COPIES = "inbox_parked"
"""The table of a register that keeps copies."""
MOST = 100

Id = Annotated[int, Field(ge=1, le=LARGEST)]
Ids = Annotated[list[Id], Query(alias="id", max_length=MOST, description="these events; none: all but the skipped")]
TheseIds = Annotated[list[Id], Query(alias="id", min_length=1, max_length=MOST, description="these events")]
From = Annotated[str | None, Query(max_length=64, description="only what came from this register")]

EVENTS = no_record("what is parked is shown without its content")


class ParkedEvent(BaseModel):
    """An event that could not be taken: never its content."""

    id: int
    source: str
    type: str | None = Field(description="null where not even that could be read")
    reason: str
    parked_at: datetime
    resend: bool = Field(description="it waits to be taken up again")
    transport: str | None = Field(description="what carried it (feed, topic); null: parked by an earlier version")
    part: int | None = Field(description="where it lies there: the partition of a topic, 0 in a feed")
    position: int | None = Field(description="where it lies there: its position in the feed, its offset in a partition")
    digest: str | None = Field(description="SHA-256 of the event as compact JSON, in hex; null where it has no bytes")
    skipped_at: datetime | None = Field(description="since when it is not wanted, because an operator said so")


class ParkedEvents(BaseModel):
    """A page of parked events; `next` is the cursor of the page after it."""

    items: list[ParkedEvent]
    next: str | None


class Resent(BaseModel):
    """How many parked events were marked to be taken up again."""

    resent: int


class Skipped(BaseModel):
    """How many parked events are wanted no more."""

    skipped: int


async def listed(
    connection: AsyncConnection, table: str, source: str | None, cursor: str | None, limit: int
) -> ParkedEvents:
    """Those of one source or of all, oldest first."""
    (last,) = after(cursor, int) or (0,)
    statement = text(
        "SELECT id, source, type, reason, parked_at, resend, transport, part, position,"  # noqa: S608 (names of ours)
        f" encode(digest, 'hex') AS digest, skipped_at FROM {table}"
        " WHERE id > :after AND source = coalesce(CAST(:source AS text), source) ORDER BY id LIMIT :limit"
    )
    asked = {"source": source, "after": min(last, LARGEST), "limit": limit + 1}
    rows, more = page((await connection.execute(statement, asked)).all(), limit)
    items = [ParkedEvent(**row._asdict()) for row in rows]
    return ParkedEvents(items=items, next=cursor_at(items[-1].id) if more else None)


async def resend(connection: AsyncConnection, table: str, source: str | None, ids: Sequence[int]) -> int:
    """Has those events read again from where they lie; without `ids`, all of one source or of all that are not
    skipped. Returns how many."""
    statement = text(
        f"UPDATE {table} SET resend = true, skipped_at = NULL"  # noqa: S608 (names of ours)
        " WHERE source = coalesce(CAST(:source AS text), source)"
        " AND CASE WHEN :some THEN id = ANY(CAST(:ids AS bigint[])) ELSE skipped_at IS NULL END"
    )
    found = await connection.execute(statement, {"source": source, "some": bool(ids), "ids": list(ids)})
    return found.rowcount


async def skip(connection: AsyncConnection, table: str, ids: Sequence[int]) -> int:
    """Those events are wanted no more: they stay listed, and nothing is said of them any longer. Returns how many."""
    statement = text(
        f"UPDATE {table} SET skipped_at = now(), resend = false"  # noqa: S608 (names of ours)
        " WHERE id = ANY(CAST(:ids AS bigint[])) AND skipped_at IS NULL"
    )
    return (await connection.execute(statement, {"ids": list(ids)})).rowcount


def operations_router() -> APIRouter:
    """Routes under `/v1/parked-events`, for operators alone."""
    return api_router(
        tags=["operations"], prefix="/v1/parked-events", dependencies=[requires("operator", scope=EVENTS)]
    )


router = operations_router()
"""Those of a register that keeps copies."""


@router.get("", summary="Events that are missing in the copies")
async def parked(request: Request, source: From = None, cursor: Cursor = None, limit: Limit = 100) -> ParkedEvents:
    """Oldest first. Their content is personal data and is not shown: the register has it under the same record."""
    async with request.app.state.engine.connect() as connection:
        return await listed(connection, COPIES, source, cursor, limit)


@router.post(":resend", summary="Take parked events up again")
async def resend_parked(request: Request, source: From = None, ids: Ids = []) -> Resent:  # noqa: B006
    """After their cause was mended: they are read again from where they lie. What is still not understood stays."""
    async with request.app.state.engine.begin() as connection:
        return Resent(resent=await resend(connection, COPIES, source, ids))


@router.post(":skip", summary="Say that parked events are not wanted")
async def skip_parked(request: Request, ids: TheseIds) -> Skipped:
    """They stay listed, and no alert speaks of them any more. Sending one again takes it back."""
    async with request.app.state.engine.begin() as connection:
        return Skipped(skipped=await skip(connection, COPIES, ids))
