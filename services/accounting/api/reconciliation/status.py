"""How far the figures are."""

from datetime import date, datetime

from fastapi import Request
from pydantic import BaseModel, Field

from services.accounting.cases.reconciliation import status as case
from shared.http.routes import router as make_router
from shared.identity.callers import public

router = make_router(tags=["operations"])


class Source(BaseModel):
    source: str
    state: case.State
    detail: str | None = Field(description="why it is not read, if so")
    newest: datetime | None = Field(description="when the newest event seen happened")
    seen: int = Field(description="events read")
    counted: int = Field(description="events that are in the figures")
    repeated: int = Field(description="events that changed nothing: the same or a newer version was there")
    rejected: int = Field(description="events set aside until they are mended and sent again")
    pending: int | None = Field(
        description="events that the source holds and we have not seen, at most; null: no answer"
    )
    settled: bool


class Status(BaseModel):
    settled: bool = Field(
        description="the figures include everything that the sources hold now, but for what is rejected"
    )
    register_start: date | None = Field(description="first day that the border feed covers")
    obs_end: date | None = Field(description="first day that it does not cover")
    sources: list[Source]


@router.get("/v1/status", dependencies=[public()], summary="How far the figures are", response_model=Status)
async def status(request: Request) -> case.Status:
    """Asks every source where it ends now: wait for `settled` to read figures that include what was written before."""
    return await case.status(request.app.state.engine, request.app.state.sources)
