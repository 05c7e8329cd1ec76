"""`/v1/worker-registers/{register}`: the registers of foreign workers, searched, exported, and a person's history."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import BaseModel
from starlette.responses import StreamingResponse

from services.permits.cases import worker_register as cases
from services.permits.cases.worker_register import (
    WORKERS,
    PersonHistory,
    Register,
    RegisteredKind,
    RegisteredWorker,
    RegisterQuery,
    WhoseHistory,
)
from shared.events.wire import Activity, Bin, Occupation, ReckonedDate, Region
from shared.http import sheets
from shared.http.paging import Cursor, Limit, cursor_at, last_id
from shared.http.routes import router as api_router
from shared.http.sheets import Row, SheetFormat
from shared.identity.callers import Caller, requires

router = api_router(prefix="/v1/worker-registers", tags=["worker registers"])
Reader = Annotated[Caller, requires("permits-officer", "employer", scope=WORKERS)]


def _wanted(
    day: Annotated[ReckonedDate | None, Query(description="who is at work on it; today, if none is named")] = None,
    region: Annotated[Region | None, Query()] = None,
    activity: Annotated[Activity | None, Query(description="OKED section of the enterprise")] = None,
    occupation: Annotated[Occupation | None, Query()] = None,
    employer_bin: Annotated[Bin | None, Query()] = None,
    kind: Annotated[RegisteredKind | None, Query(description="kind of permit, eaeu, or ground of exemption")] = None,
) -> RegisterQuery:
    return RegisterQuery(
        day=day, region=region, activity=activity, occupation=occupation, employer_bin=employer_bin, kind=kind
    )


Wanted = Annotated[RegisterQuery, Depends(_wanted)]
COLUMNS = tuple(RegisteredWorker.model_fields)


class RegisterPage(BaseModel):
    """Workers of a register; `next` is the cursor of the page after, if there is one."""

    workers: list[RegisteredWorker]
    next: str | None


@router.post(":history", summary="All permits and declarations of one person, with every version")
async def history(request: Request, person: WhoseHistory, caller: Reader) -> PersonHistory:
    """Oldest first, and only what you reach. The person stands in the body: addresses are logged."""
    return await cases.history(request.app.state.engine, person, caller)


@router.get("/{register}", summary="Who is in a register on a day")
async def find(
    request: Request,
    register: Register,
    wanted: Wanted,
    caller: Reader,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> RegisterPage:
    """An employer sees its own workers, an officer those of the agency's region."""
    lines, more = await cases.find(request.app.state.engine, register, wanted, last_id(cursor), limit, caller)
    return RegisterPage(workers=list(lines), next=cursor_at(lines[-1].id.hex) if more else None)


@router.get(
    "/{register}/export",
    summary="A register as a file",
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
    """The same workers as the search, all of them, as CSV or XLSX; written to the access log page by page."""
    pages = cases.export(request.app.state.engine, register, wanted, caller)
    return sheets.table_response(form, register, COLUMNS, _rows(pages))


async def _rows(pages: AsyncIterator[Sequence[RegisteredWorker]]) -> AsyncIterator[list[Row]]:
    async for lines in pages:
        yield [tuple(line.model_dump(mode="json").values()) for line in lines]
