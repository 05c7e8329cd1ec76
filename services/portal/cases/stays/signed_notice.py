"""Notices that come with a host's digital signature (decree 111, point 4; channels vmp and egov).

The document is kept exactly as it was signed, with signature, verdict and time. A signature that cannot be judged yet
waits; its notice counts as given on the day on which it came in.
"""

import logging
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import orjson
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.cases.stays import refused_signature
from services.portal.cases.stays.host_notification import NOTICES, faults_of, ingest
from services.portal.cases.stays.notice import SIGNED, Notice
from services.portal.cases.stays.notification_receipt import NoticeReceipt, given, notice_key
from services.portal.cases.stays.signed_notice_log import log_signed
from services.portal.rules.stays.signature import Certificate, CertificateInfo, ClaimedHost, ValidationResult, judge
from services.portal.signatures.detached import Detached, MalformedSignature
from services.portal.signatures.port import SignatureVerifier
from services.portal.store.stays import host_notification
from services.portal.store.stays import signed_notice as store
from services.portal.store.stays.signed_notice import SignedNotice
from shared import clock
from shared.db.identifiers import new_id
from shared.errors import Conflict, Fault, Invalid, NotFound, Refused
from shared.events.wire import WireModel
from shared.http.reading import read_model
from shared.identity.callers import Caller
from shared.identity.scope import own_number, reaches
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work

log = logging.getLogger(__name__)

LONGEST = 65_536  # characters: fifty times an honest notice, ten times a signature with its chain
REPLAYED = "The signature was given under another notice; sign this one."


class UnsignedNotice(WireModel):
    """A document that is yet to be signed, in Base64 (RFC 4648, section 4)."""

    document: str = Field(max_length=LONGEST)


class Envelope(UnsignedNotice):
    """A signed document on its way: both members in Base64 (RFC 4648, section 4)."""

    signature: str = Field(max_length=LONGEST)


class SignedNoticeState(BaseModel):
    """A signed notice and the verdict on its signature."""

    id: UUID
    outcome: Literal["valid", "pending", "refused"]
    reason: str | None = Field(description="why it is refused, or what it waits for: the name of the problem")
    received_at: datetime
    judged_at: datetime
    receipt: NoticeReceipt | None = Field(description="where the signature is valid")


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a signed notice that was handed in. `new` is False for a repeat."""

    state: SignedNoticeState
    new: bool


def check(unsigned: UnsignedNotice) -> None:
    """Whether the document can be taken once it is signed: people sign it by a program of their own, and once is
    enough. Raises Invalid as `submit` would."""
    _notice(_decoded(document=unsigned.document)[0])


async def submit(engine: AsyncEngine, verifier: SignatureVerifier, envelope: Envelope, caller: Caller) -> Handled:
    """Takes a notice with a valid signature, keeps one whose signature must wait. A repeat is answered as the first.

    Raises Invalid for what is no notice or no signature, Conflict, and Refused, whose name is the reason, for a
    signature that does not prove that the host signed this document; the refusal is kept too, within the bounds of
    `refused_signature`, which raises TooManyRequests.
    """
    document, der = _decoded(document=envelope.document, signature=envelope.signature)
    notice, signature = _notice(document), _signature(der)
    if (known := await _known(engine, signature)) is not None:
        return await _answer_again(engine, known, _row(notice, document, signature, caller), notice, caller)
    await refused_signature.expect_few(engine, caller)
    row = _row(notice, document, signature, caller)
    row, verdict = await _judged(verifier, row, notice, signature)
    if verdict.outcome == "refused":
        await refused_signature.keep(engine, row, notice, caller)
        raise Refused(f"The signature is refused. Asked for: {verdict.says}", name=verdict.reason)
    return await _settle_new(engine, row, notice, caller)


def _decoded(**members: str) -> list[bytes]:
    found = {name: _bytes(text) for name, text in members.items()}
    if wrong := [name for name, decoded in found.items() if decoded is None]:
        raise Invalid("The envelope is not valid.", faults=[Fault(f"/{name}", "Is not Base64.") for name in wrong])
    return [decoded for decoded in found.values() if decoded is not None]


def _bytes(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return None


def _notice(document: bytes) -> Notice:
    try:
        notice = read_model(Notice, document)
    except Invalid as invalid:
        faults = [Fault(f"/document{fault.pointer}", fault.detail) for fault in invalid.faults]
        detail = "The document is no notice; correct it, then sign it."
        raise Invalid(detail, faults=faults or [Fault("/document", invalid.detail)]) from None
    faults = faults_of(notice)
    if notice.channel not in SIGNED:
        faults.append(Fault("/channel", "Only vmp and egov sign their notices."))
    if notice.state != "notified":
        faults.append(Fault("/state", "Changes step by step only: check out, cancel, reinstate."))
    if faults:
        inside = [Fault(f"/document{fault.pointer}", fault.detail) for fault in faults]
        raise Invalid("The document cannot be taken.", faults=inside)
    return notice


def _signature(der: bytes) -> Detached:
    try:
        return Detached.parse(der)
    except MalformedSignature as malformed:
        detail = f"The signature {malformed}."
        raise Invalid(detail, name="signature-malformed", faults=[Fault("/signature", detail)]) from None


def _row(notice: Notice, document: bytes, signature: Detached, caller: Caller) -> SignedNotice:
    return SignedNotice(
        id=new_id(),
        key=notice_key(notice),
        document=document,
        signature=signature.der,
        signature_key=signature.key,
        received_at=clock.now(),
        received_from=caller.subject,
        outcome="pending",
        verdict="null",
        judged_at=clock.now(),
        host=notice.host.number,
    )


async def _known(engine: AsyncEngine, signature: Detached) -> SignedNotice | None:
    async with engine.connect() as connection:
        return await store.by_signature(connection, signature.key)


async def _judged(
    verifier: SignatureVerifier, row: SignedNotice, notice: Notice, signature: Detached
) -> tuple[SignedNotice, ValidationResult]:
    """Asks the verifier, outside any transaction: it may have to ask others."""
    finding = await verifier.verify(row.document, signature, row.received_at)
    verdict = judge(finding, ClaimedHost(notice.host.kind, notice.host.number), row.received_at)
    told, relied = _told(finding, verdict), finding.evidence
    return replace(row, outcome=verdict.outcome, verdict=told, judged_at=clock.now(), evidence=relied), verdict


def _told(finding: CertificateInfo, verdict: ValidationResult) -> str:
    """The verdict as it is kept: by whom, about which certificate, every demand and how it was met."""
    demands = [asdict(demand) for demand in verdict.demands]
    told = {
        "verifier": finding.verifier,
        "reason": verdict.reason,
        "certificate": _shown(finding.certificate),
        "demands": demands,
        "evidence": [{"kind": each.kind, "sha256": each.digest.hex()} for each in finding.evidence],
    }
    return orjson.dumps(told).decode()


def _shown(certificate: Certificate | None) -> dict[str, Any] | None:
    if certificate is None:
        return None
    times = {"not_before": certificate.not_before, "not_after": certificate.not_after}
    return {"serial": certificate.serial, "roles": sorted(certificate.roles)} | times


async def _settle_new(engine: AsyncEngine, row: SignedNotice, notice: Notice, caller: Caller) -> Handled:
    receipt = None
    async with unit_of_work(engine) as unit:
        kept = await store.keep(unit.connection, row)
        if kept:
            await log_signed(unit.connection, caller, "create", row.id, notice)
        if kept and row.outcome == "valid":
            receipt = await _take(unit, row, notice, caller)
    if not kept:  # the same signature arrived twice at the same time, and the other was faster
        raise Conflict("The same signature is just being taken; repeat the request to get its receipt.")
    return Handled(_state(row, receipt), new=True)


async def _take(unit: UnitOfWork, row: SignedNotice, notice: Notice, caller: Caller) -> NoticeReceipt:
    _, receipt = await ingest(unit, notice, caller)
    await store.close_submission(unit.connection, replace(row, notification=receipt.notification))
    return receipt


async def _answer_again(
    engine: AsyncEngine, known: SignedNotice, again: SignedNotice, notice: Notice, caller: Caller
) -> Handled:
    """The first answer where document and signature are the same; under another document the signature is a replay."""
    if known.document == again.document:
        async with unit_of_work(engine) as unit:
            await log_signed(unit.connection, caller, "repeat", known.id, notice)
        return Handled(_state(known, await _receipt(engine, known)), new=False)
    verdict = orjson.dumps({"verifier": "register", "reason": "signature-replayed", "first": str(known.id)}).decode()
    await refused_signature.expect_few(engine, caller)
    await refused_signature.keep(engine, replace(again, outcome="refused", verdict=verdict), notice, caller)
    raise Refused(REPLAYED, name="signature-replayed")


async def _receipt(engine: AsyncEngine, signed: SignedNotice) -> NoticeReceipt | None:
    if signed.notification is None or signed.outcome != "valid":
        return None
    async with engine.connect() as connection:
        return given((await host_notification.receipts(connection, [signed.notification]))[signed.notification])


async def read(engine: AsyncEngine, id: UUID, caller: Caller) -> SignedNoticeState:
    """What became of a signed notice, for who may know of it; the reading is logged. Raises NotFound."""
    async with unit_of_work(engine) as unit:
        signed = await store.load(unit.connection, id)
        notice = Notice.read(signed.document)
        if not (reaches(caller, NOTICES.scope, notice) or _handed_in(signed, caller)):
            raise NotFound("There is no such signed notice.")
        await log_signed(unit.connection, caller, "read", id, notice)
    return _state(signed, await _receipt(engine, signed))


def _handed_in(signed: SignedNotice, caller: Caller) -> bool:
    """Whether this caller brought it; of hosts behind one system's credential, each sees its own alone."""
    speaks_for_one = "notifier" in caller.roles and own_number(caller) is not None
    return signed.received_from == caller.subject and not speaks_for_one


def _state(signed: SignedNotice, receipt: NoticeReceipt | None) -> SignedNoticeState:
    return SignedNoticeState.model_validate(
        {
            "id": signed.id,
            "outcome": signed.outcome,
            "reason": (orjson.loads(signed.verdict) or {}).get("reason"),
            "received_at": signed.received_at,
            "judged_at": signed.judged_at,
            "receipt": receipt,
        }
    )


class CheckRun(BaseModel):
    """How many pending signatures a run judged, and to what end."""

    valid: int = 0
    refused: int = 0
    pending: int = 0


async def judge_pending(engine: AsyncEngine, verifier: SignatureVerifier, caller: Caller) -> CheckRun:
    """Judges every pending signature again, as of the moment when it came in. May be stopped and repeated at will."""
    async with engine.connect() as connection:
        ids: Sequence[UUID] = await store.pending(connection)
    run = CheckRun()
    for id in ids:
        outcome = await _judge_pending(engine, verifier, id, caller)
        setattr(run, outcome, getattr(run, outcome) + 1)
    return run


async def _judge_pending(engine: AsyncEngine, verifier: SignatureVerifier, id: UUID, caller: Caller) -> str:
    async with engine.connect() as connection:
        row = await store.load(connection, id)
    if (notice := stored_notice(row)) is None:
        return row.outcome
    row = await judged_again(verifier, row, notice)
    try:
        return await _settle(engine, row, notice, caller)
    except Conflict:
        return await _settle(engine, _refused(row, "source-id-taken"), notice, caller)


def stored_notice(row: SignedNotice) -> Notice | None:
    """The notice that the document is; None, and the operator is told, where no rule of today could have let it in:
    one such row must not stop the others."""
    try:
        return Notice.read(row.document)
    except ValidationError:
        log.error("the document of signed notice %s cannot be read", row.id)
        return None


async def judged_again(verifier: SignatureVerifier, row: SignedNotice, notice: Notice) -> SignedNotice:
    """A stored row under its new verdict, as of the moment when it came in; what was once read as a signature may be
    malformed by now."""
    try:
        signature = Detached.parse(row.signature)
    except MalformedSignature:
        return _refused(row, "signature-malformed")
    return (await _judged(verifier, row, notice, signature))[0]


def judged_reason(row: SignedNotice) -> str:
    """The verdict as the reason of a change: valid, or why it is refused."""
    return f"signature judged again: {orjson.loads(row.verdict).get('reason') or row.outcome}"


def _refused(row: SignedNotice, reason: str) -> SignedNotice:
    told = orjson.dumps({"verifier": "register", "reason": reason}).decode()
    return replace(row, outcome="refused", verdict=told, judged_at=clock.now())


async def _settle(engine: AsyncEngine, row: SignedNotice, notice: Notice, caller: Caller) -> str:
    async with unit_of_work(engine) as unit:
        present = await store.load(unit.connection, row.id, lock=True)
        if present.outcome != "pending":  # another run was faster
            return present.outcome
        await store.close_submission(unit.connection, row)
        if row.outcome != "pending":
            await log_signed(unit.connection, caller, "change", row.id, notice, judged_reason(row))
        if row.outcome == "valid":
            await _take(unit, row, notice, caller)
    return row.outcome
