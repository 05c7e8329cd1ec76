"""`/v1/labour-risk`: the labour-risk map by region and enterprise, the half-yearly report, and its monthly run."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Path, Query, Request
from pydantic import BaseModel
from starlette.responses import StreamingResponse

from services.permits.cases import labour_risk as cases
from services.permits.cases.labour_risk import SCORES, Half, HalfYearRow, LabourRisk, Month, RiskRun
from shared.events.wire import Bin, Region
from shared.http import sheets
from shared.http.paging import Cursor, Limit, after, cursor_at
from shared.http.routes import router as api_router
from shared.http.sheets import Row, SheetFormat
from shared.identity.callers import Caller, requires
from shared.identity.scope import no_record

OF_REGIONS = no_record("a region's score sums up its enterprises, and names none")
RUN = no_record("the answer is a count, and what is scored follows from what is on record")

router = api_router(prefix="/v1/labour-risk", tags=["labour risk"])
Reader = Annotated[Caller, requires("permits-officer", "statistician", scope=OF_REGIONS)]
Officer = Annotated[Caller, requires("permits-officer", scope=SCORES)]
COLUMNS = tuple(HalfYearRow.model_fields)


class RiskMap(BaseModel):
    """The scores of regions in a month; none before its run."""

    scores: list[LabourRisk]


class EnterpriseRisks(BaseModel):
    """Scores of enterprises in the order of month and BIN; `next` is the cursor of the page after, if there is one."""

    scores: list[LabourRisk]
    next: str | None


class HalfYear(BaseModel):
    """The half-yearly table of the labour-risk map."""

    half: Half
    rows: list[HalfYearRow]


class RunAsked(BaseModel):
    """The month to score."""

    month: Month


@router.get("", summary="The labour-risk map of a month")
async def read(
    request: Request,
    month: Annotated[Month, Query()],
    _: Reader,
    region: Annotated[Region | None, Query()] = None,
) -> RiskMap:
    """Each part is shown with its value, weight and contribution, and what it was reckoned from."""
    return RiskMap(scores=await cases.of_regions(request.app.state.engine, month, region))


@router.get("/enterprises", summary="The tension scores of enterprises")
async def enterprises(
    request: Request,
    caller: Officer,
    month: Annotated[Month | None, Query()] = None,
    region: Annotated[Region | None, Query()] = None,
    employer_bin: Annotated[Bin | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> EnterpriseRisks:
    """Those of the agency's region; employers read none, since the parts tell of complaints."""
    asked = {"month": month, "region": region, "employer_bin": employer_bin}
    members = {name: value for name, value in asked.items() if value is not None}
    (start,) = after(cursor, str) or (None,)
    scores, more = await cases.of_enterprises(request.app.state.engine, members, start, limit, caller)
    return EnterpriseRisks(scores=scores, next=cursor_at(scores[-1].name) if more else None)


@router.get("/reports/{half}", summary="The half-yearly table, region by region")
async def half_year(request: Request, half: Annotated[Half, Path()], _: Reader) -> HalfYear:
    """`half` as in 2026-H1; of the months that were scored."""
    return HalfYear(half=half, rows=await cases.half_year(request.app.state.engine, half))


@router.get(
    "/reports/{half}/export",
    summary="The half-yearly table as a file",
    response_class=StreamingResponse,
    responses={200: {"content": sheets.content("csv", "xlsx")}},
)
async def export(
    request: Request,
    half: Annotated[Half, Path()],
    _: Reader,
    form: Annotated[SheetFormat, Query(alias="format")] = "csv",
) -> StreamingResponse:
    """The same rows, as CSV or XLSX."""
    rows = await cases.half_year(request.app.state.engine, half)
    return sheets.table_response(form, f"labour-risk-{half}", COLUMNS, _once(rows))


async def _once(rows: list[HalfYearRow]) -> AsyncIterator[list[Row]]:
    yield [tuple(row.model_dump().values()) for row in rows]


@router.post(":run", summary="Score a month")
async def run(
    request: Request, asked: RunAsked, caller: Annotated[Caller, requires("permits-officer", "operator", scope=RUN)]
) -> RiskRun:
    """A month that is over. Made daily by itself for the last one; a second run changes nothing."""
    return await cases.run(request.app.state.engine, asked.month, caller)
