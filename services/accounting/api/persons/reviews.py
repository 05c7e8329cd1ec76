"""`/v1/reviews`: doubts about identity."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Request
from pydantic import BaseModel, Field

from services.accounting.cases.persons import reviews as case
from shared.http.paging import Cursor, Limit, after, cursor_at, page
from shared.http.routes import router as make_router
from shared.identity.callers import Caller, requires

Statistician = Annotated[Caller, requires("statistician")]

LARGEST = 2**63 - 1

router = make_router(tags=["persons"])


class Doubt(BaseModel):
    number: str = Field(description="pseudonym of the IIN")
    found_at: datetime
    persons: list[str]
    records: list[str] = Field(description="the sources' numbers of the records where each claim was first made")


class Doubts(BaseModel):
    items: list[Doubt]
    next: str | None


@router.get("/v1/reviews", summary="IINs that several persons claim", response_model=Doubts)
async def reviews(request: Request, caller: Statistician, cursor: Cursor = None, limit: Limit = 100) -> dict[str, Any]:
    """They share an IIN and agree neither in birth date nor in name, so they are counted as different persons until a
    register corrects one of the records."""
    (last,) = after(cursor, int) or (0,)
    items, more = page(await case.reviews(request.app.state.engine, min(last, LARGEST), limit + 1, caller), limit)
    return {"items": items, "next": cursor_at(int(items[-1].number, 16)) if more else None}
