"""`/v1/insurance-export`: what the social medical insurance fund is told of foreign workers, resumable by cursor."""

from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, Field

from services.permits.cases import insurance_export as cases
from services.permits.cases.insurance_export import INSURED, ExportPlace, InsuredWorker
from shared.errors import Invalid
from shared.http.openapi import problem_answer
from shared.http.paging import Cursor, Limit, after, cursor_at
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires

router = api_router(prefix="/v1/insurance-export", tags=["insurance export"])


class InsuredWorkers(BaseModel):
    """Lines in the order in which they came about."""

    workers: list[InsuredWorker]
    next: str = Field(description="cursor to go on from, now or at any later time, also where there is no more yet")
    more: bool


@router.get(
    "",
    summary="Foreign workers, from and until when, since a cursor",
    responses={409: problem_answer("The cursor lies beyond what this register holds: read anew without one.")},
)
async def read(
    request: Request,
    caller: Annotated[Caller, requires("insurance-fund", scope=INSURED)],
    limit: Limit = 1_000,
    cursor: Cursor = None,
) -> InsuredWorkers:
    """Without a cursor from the beginning. Corrections, revocations and withdrawals follow as further versions. Each
    line is written to the access log of the person, with the receiver and the purpose of the request."""
    lines, place, more = await cases.read(request.app.state.engine, _place(cursor), limit, caller)
    return InsuredWorkers(workers=lines, next=cursor_at(place.epoch, place.position), more=more)


def _place(cursor: str | None) -> ExportPlace | None:
    given = after(cursor, str, int)
    if given is not None and given[1] < 0:
        raise Invalid("The cursor is none that was given out here. Begin again without one.", name="invalid-cursor")
    return None if given is None else ExportPlace(*given)
