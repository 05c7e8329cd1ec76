"""`/v1/parked-events`: what could not be understood, without its content, and taking it up again."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import BaseModel, Field

from services.accounting.cases import parked as case
from shared.http.paging import Cursor, Limit, after, cursor_at, page
from shared.http.routes import router as make_router
from shared.identity.callers import requires

Source = Annotated[str | None, Query(max_length=64, description="only what came from this register")]

LARGEST = 2**63 - 1

router = make_router(tags=["operations"], prefix="/v1/parked-events", dependencies=[requires("operator")])


class ParkedEvent(BaseModel):
    id: int
    source: str
    type: str | None = Field(description="null where not even that could be read")
    reason: str
    parked_at: datetime
    resend: bool = Field(description="it waits to be taken up again")


class ParkedEvents(BaseModel):
    items: list[ParkedEvent]
    next: str | None


class Resent(BaseModel):
    resent: int


@router.get("", summary="Events that were set aside", response_model=ParkedEvents)
async def parked(request: Request, source: Source = None, cursor: Cursor = None, limit: Limit = 100) -> dict[str, Any]:
    """Oldest first. Their content is personal data and is not shown: the register has it under the same record."""
    (last,) = after(cursor, int) or (0,)
    items, more = page(await case.parked(request.app.state.engine, source, min(last, LARGEST), limit + 1), limit)
    shown = [item._asdict() for item in items]
    return {"items": shown, "next": cursor_at(items[-1].id) if more else None}


@router.post(":resend", summary="Take parked events up again", response_model=Resent)
async def resend(request: Request, source: Source = None) -> dict[str, int]:
    """After their cause was mended. Sources whose reading was stopped are read on."""
    return {"resent": await case.resend(request.app.state.engine, source)}
