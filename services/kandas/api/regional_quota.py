"""`/v1/regional-quotas/{year}`: set by order, moved between pools, read with what is given and left."""

from collections.abc import AsyncIterator, Iterable
from datetime import date
from typing import Annotated

from fastapi import Path, Query, Request
from starlette.responses import StreamingResponse

from services.kandas.cases import quota_execution
from services.kandas.cases import regional_quota as cases
from services.kandas.cases.quota_execution import ExecutionLine, QuotaExecution
from services.kandas.cases.regional_quota import RegionalQuotaDecided, RegionalQuotaState, RegionalQuotaVersions
from services.kandas.cases.regional_quota_document import RegionalQuotaMove, RegionalQuotaOrder
from shared.http import sheets
from shared.http.answers import ExpectedVersion, SeenVersion
from shared.http.routes import router as api_router
from shared.http.sheets import Row, SheetFormat
from shared.idempotency import OptionalKey
from shared.identity.callers import Caller, requires
from shared.identity.scope import no_record, whole_country

router = api_router(prefix="/v1/regional-quotas", tags=["regional quotas"])
Year = Annotated[int, Path(ge=2022, le=2100)]
QUOTAS = whole_country("the quotas are ordered for the whole country, by the authorised body")
PLACES = no_record("places are counted, and name nobody")
Officer = Annotated[Caller, requires("kandas-officer", scope=QUOTAS)]
Reader = Annotated[Caller, requires("kandas-officer", "statistician", "operator", scope=PLACES)]


@router.put("/{year}", summary="Set the regional quotas of a year")
async def order(
    request: Request, year: Year, ordered: RegionalQuotaOrder, version: SeenVersion, key: OptionalKey, caller: Officer
) -> RegionalQuotaDecided:
    """The regions of a kind have together no more than its total; what they do not have is not distributed yet. What
    was given stays given, so no region can be set below it. Setting them anew needs If-Match, and takes effect on its
    day, not before the version before it. `decision` lists the checks; one that compares with the published order is
    `unknown` where they differ, since a newer act may be meant."""
    engine = request.app.state.engine
    return await cases.order(engine, year, ordered, version=version, key=key, caller=caller)


@router.get("/{year}", summary="The regional quotas of a year and what is left of them")
async def read(
    request: Request,
    year: Year,
    _: Reader,
    on: Annotated[
        date | None, Query(description="the version in force on that day; without it, the present one")
    ] = None,
) -> RegionalQuotaState:
    """What is given and left is told of the version in force now."""
    return await cases.read(request.app.state.engine, year, on)


@router.get("/{year}/versions", summary="The orders and moves of a year's regional quotas")
async def versions(request: Request, year: Year, _: Reader) -> RegionalQuotaVersions:
    """Each with its act, the day from which it holds, and for a move the version and act that it changed."""
    return await cases.versions(request.app.state.engine, year)


@router.post("/{year}:move", summary="Move places between the regional quotas of a year")
async def move(
    request: Request, year: Year, moved: RegionalQuotaMove, version: ExpectedVersion, key: OptionalKey, caller: Officer
) -> RegionalQuotaDecided:
    """From what is not distributed to a region, from region to region, from resettlers to kandas: the totals of the
    kinds follow, what both have together stays. No pool goes below what was given. It makes the next version, which
    names this act and the one that it changes."""
    engine = request.app.state.engine
    return await cases.move(engine, year, moved, version=version, key=key, caller=caller)


Half = Annotated[int, Query(ge=1, le=2, description="half-year")]
COLUMNS = ("kind", "region", "size", "given", "given_in_half", "left", "percent")


@router.get("/{year}/execution", summary="How the regional quotas were executed by the end of a half-year")
async def execution(request: Request, year: Year, half: Half, _: Reader) -> QuotaExecution:
    """By the version in force on the last day of the half-year, or today while it lasts."""
    return await quota_execution.execution(request.app.state.engine, year, half)


@router.get(
    "/{year}/execution/export",
    summary="The execution of the regional quotas as a file",
    response_class=StreamingResponse,
    responses={200: {"content": sheets.content("csv", "xlsx")}},
)
async def export(
    request: Request, year: Year, half: Half, _: Reader, form: Annotated[SheetFormat, Query(alias="format")] = "csv"
) -> StreamingResponse:
    """A row for each region, and one for the whole country (KZ) of each kind."""
    found = await quota_execution.execution(request.app.state.engine, year, half)
    return sheets.table_response(form, f"quota-execution-{year}-{half}", COLUMNS, _page(found.lines))


async def _page(lines: Iterable[ExecutionLine]) -> AsyncIterator[list[Row]]:
    yield [[line.kind, line.region or "KZ", *(getattr(line, name) for name in COLUMNS[2:])] for line in lines]
