"""`/v1/kandas-certificates`: a certificate of the status is shown to the office, and verified by whoever holds it."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request, Response

from services.kandas.cases import certificate as cases
from services.kandas.cases.certificate import Certificate, CertificateQuestion, CertificateVerdict
from services.kandas.cases.kandas_status import STATUSES
from services.kandas.publish.certificate import printed
from shared.events.wire import SourceId
from shared.http.openapi import problem_answer
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, public, requires

router = api_router(tags=["kandas certificates"])


@router.get("/v1/kandas-statuses/{id:uuid}/certificate", summary="The certificate of a status, with its code")
async def show(
    request: Request, id: UUID, caller: Annotated[Caller, requires("kandas-officer", scope=STATUSES.scope)]
) -> Certificate:
    """Number and code are printed on the certificate. The reading is written to the access log."""
    return await cases.show(request.app.state.engine, id, caller)


@router.get(
    "/v1/kandas-certificates/{number}/pdf",
    summary="A certificate, to print",
    response_class=Response,
    responses={
        200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}},
        404: problem_answer("There is no such certificate within your reach."),
        409: problem_answer("The status is not in force."),
    },
)
async def print_out(
    request: Request,
    number: SourceId,
    caller: Annotated[Caller, requires("kandas-officer", scope=STATUSES.scope)],
    lang: Annotated[Literal["kk", "ru", "en"], Query(description="of the certificate")] = "kk",
) -> Response:
    """One page with person, days and code, of a status that is in force. The reading is written to the access log."""
    issued = await cases.print_out(request.app.state.engine, number, caller)
    headers = {"Content-Language": lang, "Cache-Control": "no-store"}
    return Response(printed(issued, lang), headers=headers, media_type="application/pdf")


@router.post("/v1/kandas-certificates:verify", summary="Verify a certificate")
async def verify(
    request: Request, body: CertificateQuestion, _: Annotated[Caller | None, public()]
) -> CertificateVerdict:
    """Open to everybody: by number, code and birth date it tells whether the status is in force today, and nothing of
    anybody. Whatever does not fit together is not valid, and no answer says why."""
    return await cases.verify(request.app.state.engine, body)
