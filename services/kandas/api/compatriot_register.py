"""`/v1/compatriot-registers/{register}`: notable Kazakhs and cultural centres abroad, searched and exported."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import StreamingResponse

from services.kandas.cases import compatriot_register as cases
from services.kandas.cases.compatriot_register import CompatriotLine, CompatriotQuery, Register
from shared.events.compatriots import NotableField
from shared.events.wire import Country
from shared.http import sheets
from shared.http.paging import Cursor, Limit, cursor_at, last_id
from shared.http.routes import router as api_router
from shared.http.sheets import Row, SheetFormat
from shared.identity.callers import Caller, requires
from shared.identity.scope import whole_country

router = api_router(prefix="/v1/compatriot-registers", tags=["compatriots abroad"])
OF_ALL = whole_country("who and what stands there is abroad, and known from public pages")
Reader = Annotated[Caller, requires("kandas-officer", "consul", "statistician", scope=OF_ALL)]


def _wanted(
    country: Annotated[Country | None, Query()] = None,
    field: Annotated[NotableField | None, Query(description="of work; centres have none")] = None,
    words: Annotated[
        Annotated[str, Field(min_length=2, max_length=100)] | None,
        Query(description="part of a name, a city, of what they are known for or do"),
    ] = None,
) -> CompatriotQuery:
    return CompatriotQuery(country=country, field=field, words=words)


Wanted = Annotated[CompatriotQuery, Depends(_wanted)]
COLUMNS = tuple(CompatriotLine.model_fields)


class CompatriotPage(BaseModel):
    """Lines of a register; `next` is the cursor of the page after, if there is one."""

    lines: list[CompatriotLine]
    next: str | None


@router.get("/{register}", summary="Who and what is in a register of compatriots abroad")
async def find(
    request: Request, register: Register, wanted: Wanted, caller: Reader, limit: Limit = 100, cursor: Cursor = None
) -> CompatriotPage:
    """Those on record last come first; what was withdrawn is left out."""
    lines, more = await cases.find(request.app.state.engine, register, wanted, last_id(cursor), limit)
    return CompatriotPage(lines=lines, next=cursor_at(lines[-1].id.hex) if more else None)


@router.get(
    "/{register}/export",
    summary="A register of compatriots abroad as a file",
    response_class=StreamingResponse,
    responses={200: {"content": sheets.content("csv", "xlsx")}},
)
async def export(
    request: Request,
    register: Register,
    wanted: Wanted,
    caller: Reader,
    form: Annotated[SheetFormat, Query(alias="format")] = "csv",
) -> StreamingResponse:
    """The same lines as the search, all of them, as CSV or XLSX."""
    pages = cases.export(request.app.state.engine, register, wanted)
    return sheets.table_response(form, register, COLUMNS, _rows(pages))


async def _rows(pages: AsyncIterator[Sequence[CompatriotLine]]) -> AsyncIterator[list[Row]]:
    async for lines in pages:
        yield [tuple(line.model_dump(mode="json").values()) for line in lines]
