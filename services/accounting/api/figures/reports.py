"""The reports, when they are due, and each as a file."""

import asyncio
from typing import Annotated, Final, Literal

from fastapi import Path, Query, Request, Response

from services.accounting.api.figures.cacheable import HEADERS, NOT_MODIFIED, cacheable, listed
from services.accounting.publish.languages import STATE_LANGUAGE, preferred
from services.accounting.publish.reports import making
from services.accounting.publish.reports.documents import MEDIA_TYPES_OF_REPORTS, ReportFormat
from services.accounting.publish.reports.listing import ReportNote, report_notes
from services.accounting.publish.reports.making import WantedEdition
from shared.errors import Forbidden
from shared.http.openapi import problem_answer
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, public
from shared.kernel.codes import Language

EXACT_NEEDS_ROLE: Final = "Exact figures are for the role statistician; leave figures out for the released ones."

AT_ONCE: Final = 1
"""Files that are written at a time: writing takes a processor, and strangers must not take them all."""

router = api_router(tags=["figures"])

Number = Annotated[
    int | None, Query(ge=1, le=2**63 - 1, description="of a release, /v1/releases lists them; else the newest")
]
Period = Annotated[
    str | None,
    Query(
        pattern=r"^(19|20)[0-9]{2}(-S[12])?$",
        description="a year, or a half-year of a half-yearly report; else the newest that was over",
        examples=["2025", "2025-S1"],
    ),
]
_FILE: Final = {each: {"schema": {"type": "string", "format": "binary"}} for each in MEDIA_TYPES_OF_REPORTS}
_DISPOSITION: Final = {"Content-Disposition": {"required": True, "schema": {"type": "string"}}}


@router.get("/v1/reports", summary="The reports, and when they are due", dependencies=[public()])
async def reports(request: Request) -> list[ReportNote]:
    """To whom each goes and by which act, and for its newest periods the last day, whether it can be made, and from
    which release it is handed in: the newest of its time, else the first one after."""
    return await report_notes(request.app.state.read_figures)


@router.get(
    "/v1/reports/{name}",
    summary="A report as PDF, XLSX or CSV",
    response_class=Response,
    responses={
        200: {"content": _FILE, "headers": {**HEADERS, **_DISPOSITION}},
        **NOT_MODIFIED,
        403: problem_answer("Exact figures are for the role statistician"),
        404: problem_answer("There is no such report, or no such release"),
        422: problem_answer("The report has no such period, or it was not over when the release was cut"),
    },
)
async def report(
    request: Request,
    caller: Annotated[Caller | None, public()],
    name: Annotated[str, Path(max_length=60, examples=["progress"])],
    format: Annotated[ReportFormat, Query(description="csv: an archive (ZIP) of a file for each table")] = "pdf",
    language: Annotated[Language | None, Query(description="instead of Accept-Language; else Kazakh")] = None,
    period: Period = None,
    release: Number = None,
    figures: Annotated[
        Literal["released", "exact"], Query(description="exact: those of now, not for publication")
    ] = "released",
) -> Response:
    """Its figures are those of `/sdmx` as of the release; what is not released, and what no register holds, is said in
    its place. A release never changes: what is asked with `period` and `release` stays as it is."""
    exact = figures == "exact"
    if exact and (caller is None or "statistician" not in caller.roles):
        raise Forbidden(EXACT_NEEDS_ROLE)
    reader = request.app.state.read_figures
    declared = making.declared_report(name)
    edition = await making.edition_of(reader, declared, WantedEdition(period, release, exact))
    said = language or preferred(listed(request.headers, "accept-language"), STATE_LANGUAGE)
    making_one: asyncio.Semaphore = request.app.state.making_reports
    async with making_one:
        file = await making.made(reader, declared, edition, said, format)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"', "Content-Language": said}
    return cacheable(request, file.body, file.media_type, edition.read_at, public=not exact, headers=headers)
