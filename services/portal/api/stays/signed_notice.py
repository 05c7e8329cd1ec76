"""`/v1/host-notifications/signed`: notices with a host's digital signature, from vmp.gov.kz and egov.kz."""

from base64 import b64encode
from typing import Annotated
from uuid import UUID

from fastapi import Body, Request, Response

from services.portal.cases.stays import signed_notice as cases
from services.portal.cases.stays.host_notification import NOTICES
from services.portal.cases.stays.signed_notice import CheckRun, Envelope, SignedNoticeState, UnsignedNotice
from shared.http.answers import model_response
from shared.http.openapi import problem_answer
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.identity.scope import no_record

PATH = "/v1/host-notifications/signed"
UNSIGNED = no_record("a document is read that the caller has, and nothing is kept or told of any")
CHECKS = no_record("pending signatures are judged; the answer is a count")

router = api_router(prefix=PATH, tags=["host notifications"])
checks = api_router(prefix="/v1/signature-checks", tags=["operations"])

_DOCUMENT = b"""{"source_id": "2026/000017", "channel": "vmp", "host": {"kind": "organisation", "bin": "050340001235"},
 "person": {"iin": null, "document": {"type": "P", "number": "FA1234567", "issuing_state": "UZB"},
 "surname": "KARIMOV", "given_names": "AZIZ", "birth_date": "1990-05-01", "sex": "M", "citizenship": "UZB"},
 "address": {"kato": "750000000", "text": "Abai avenue 10, flat 5"}, "stay_from": "2026-03-20"}"""
_EXAMPLE = {"document": b64encode(_DOCUMENT).decode(), "signature": "MIIG... (detached CMS, DER, in Base64)"}
_REASONS = (
    "signature-malformed, signature-altered, signature-replayed, signature-weak-digest, signature-weak-key, "
    "signature-foreign, signature-expired, signature-revoked, signature-key-usage, signature-wrong-person, "
    "signature-role"
)


@router.post(
    "",
    status_code=201,
    response_model=SignedNoticeState,
    summary="Hand in a signed notice",
    responses={
        200: {"model": SignedNoticeState, "description": "The same document and signature were handed in before"},
        202: {"model": SignedNoticeState, "description": "Kept; whether the certificate is revoked is not known yet"},
        429: problem_answer(
            "Twenty signatures of this host were refused within an hour; Retry-After says how long to wait"
        ),
        422: problem_answer(f"Not valid, or the signature is refused; the problem's type is one of {_REASONS}"),
    },
)
async def submit(
    request: Request,
    envelope: Annotated[Envelope, Body(examples=[_EXAMPLE])],
    caller: Annotated[Caller, requires("host", "notifier", scope=NOTICES.scope)],
) -> Response:
    """`document` is the notice as JSON, exactly the bytes that were signed; `signature` is a detached CMS signature
    (RFC 5652) over them, made by a national certificate of the host: of the person named by IIN, or of the head or an
    authorised signer of the organisation named by BIN. Both in Base64. The host hands it in, or the system in which it
    was signed (role notifier).

    201 with the receipt where the signature is valid. 202 where it cannot be judged yet: the notice counts as given
    now if the signature turns out to be valid; ask again under `Location`. Otherwise 422 with the reason as type."""
    handled = await cases.submit(request.app.state.engine, request.app.state.verifier, envelope, caller)
    status = 202 if handled.state.receipt is None else 201 if handled.new else 200
    return model_response(handled.state, status, {"Location": f"{PATH}/{handled.state.id}"})


@router.post(
    ":check",
    status_code=204,
    summary="Would this notice be taken once it is signed?",
    responses={204: {"description": "It would"}},
)
async def check(
    unsigned: Annotated[UnsignedNotice, Body(examples=[{"document": _EXAMPLE["document"]}])],
    caller: Annotated[Caller, requires("host", "notifier", scope=UNSIGNED)],
) -> Response:
    """The document as it is to be signed; every wrong field is named, under `/document`. Nothing is kept. Whether the
    caller may hand it in, and whether its record is there already, is told when it is handed in."""
    cases.check(unsigned)
    return Response(status_code=204)


@router.get("/{id:uuid}", summary="What became of a signed notice")
async def read(
    request: Request,
    id: UUID,
    caller: Annotated[Caller, requires("host", "clerk", "migration-police", "notifier", scope=NOTICES.scope)],
) -> SignedNoticeState:
    """The verdict, and the receipt where there is one. The reading is written to the access log."""
    return await cases.read(request.app.state.engine, id, caller)


@checks.post("", summary="Judge the signatures that wait")
async def judge_pending(request: Request, caller: Annotated[Caller, requires("operator", scope=CHECKS)]) -> CheckRun:
    """Done by itself each quarter of an hour: what could not be known when a notice came in may be known by now."""
    return await cases.judge_pending(request.app.state.engine, request.app.state.verifier, caller)
