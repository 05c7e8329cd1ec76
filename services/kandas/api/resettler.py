"""`/v1/resettlers`: internal resettlers, one of them whole, and the register of all, searched and exported."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import BaseModel
from starlette.responses import StreamingResponse

from services.kandas.cases import resettler as cases
from services.kandas.cases.quota_inclusion import INCLUSIONS
from services.kandas.cases.resettler import Resettler, ResettlerLine, ResettlerQuery
from shared.events.kandas import Education
from shared.events.wire import Date, Occupation, Region, Text
from shared.http import sheets
from shared.http.paging import Cursor, Limit, cursor_at, last_id
from shared.http.routes import router as api_router
from shared.http.sheets import Row, SheetFormat
from shared.identity.callers import Caller, requires

router = api_router(prefix="/v1/resettlers", tags=["resettlers"])
Officer = Annotated[Caller, requires("kandas-officer", scope=INCLUSIONS.scope)]


def _wanted(
    region: Annotated[Region | None, Query(description="of settlement")] = None,
    region_of_origin: Annotated[Region | None, Query()] = None,
    state: Annotated[Literal["included", "ended"] | None, Query()] = None,
    programme: Annotated[Text | None, Query(description="by its whole name")] = None,
    education: Annotated[Education | None, Query()] = None,
    occupation: Annotated[Occupation | None, Query(description="group of the classifier, as stated")] = None,
    included_from: Annotated[Date | None, Query()] = None,
    included_until: Annotated[Date | None, Query(description="last day")] = None,
) -> ResettlerQuery:
    return ResettlerQuery(
        region=region,
        region_of_origin=region_of_origin,
        state=state,
        programme=programme,
        education=education,
        occupation=occupation,
        included_from=included_from,
        included_until=included_until,
    )


Wanted = Annotated[ResettlerQuery, Depends(_wanted)]
COLUMNS = tuple(ResettlerLine.model_fields)


class ResettlerPage(BaseModel):
    """Lines of the register; `next` is the cursor of the page after, if there is one."""

    lines: list[ResettlerLine]
    next: str | None


@router.get("/{id:uuid}", summary="A resettler whole")
async def read(request: Request, id: UUID, caller: Officer) -> Resettler:
    """By the id of the inclusion: from where to where, programme, competence, support, employment, and what is owed
    back of the support. Each record shown is written to the access log."""
    return await cases.read(request.app.state.engine, id, caller)


@router.get("", summary="The register of internal resettlers")
async def find(
    request: Request, wanted: Wanted, caller: Officer, limit: Limit = 100, cursor: Cursor = None
) -> ResettlerPage:
    """Of the regions that the caller reaches, those on record last first; without persons."""
    lines, more = await cases.find(request.app.state.engine, wanted, last_id(cursor), limit, caller)
    return ResettlerPage(lines=lines, next=cursor_at(lines[-1].id.hex) if more else None)


@router.get(
    "/export",
    summary="The register of internal resettlers as a file",
    response_class=StreamingResponse,
    responses={200: {"content": sheets.content("csv", "xlsx")}},
)
async def export(
    request: Request,
    wanted: Wanted,
    caller: Officer,
    form: Annotated[SheetFormat, Query(alias="format")] = "csv",
) -> StreamingResponse:
    """The same lines as the search, all of them, as CSV or XLSX."""
    pages = cases.export(request.app.state.engine, wanted, caller)
    return sheets.table_response(form, "resettlers", COLUMNS, _rows(pages))


async def _rows(pages: AsyncIterator[Sequence[ResettlerLine]]) -> AsyncIterator[list[Row]]:
    async for lines in pages:
        yield [tuple(line.model_dump(mode="json").values()) for line in lines]
