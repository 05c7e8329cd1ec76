"""The certificate of a status: shown to the office with the code to print on it, verified by whoever holds it (K1)."""

import secrets
from dataclasses import dataclass
from datetime import date
from hmac import compare_digest
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.kandas.cases.answers import Answer
from services.kandas.cases.kandas_status import STATUSES
from services.kandas.rules.kandas_status import has_expired
from services.kandas.store import certificate as store
from services.kandas.store import status_decision
from services.kandas.store.tables import kandas_status
from shared import clock
from shared.db import records
from shared.db.records import Record
from shared.errors import Conflict, NotFound
from shared.events.kandas import KandasStatus
from shared.events.person import BirthDate
from shared.events.wire import SourceId, WireModel
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake

HOLDER = Caller("whoever holds the certificate", frozenset({"system"}))
"""As whom the person's access log names who verified a certificate: nobody says who they are."""

_UNKNOWN = "There is no such certificate."

Code = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", examples=["6b6f73682d696e76656e7465642d3031"])]


class Certificate(Answer):
    """What is printed on the certificate beside the person. The code is 128 bits at random: it cannot be guessed."""

    certificate: SourceId | None = Field(description="null where the status was not granted here")
    code: Code | None
    issued_on: date | None
    valid_until: date | None


class CertificateQuestion(WireModel):
    """What stands on a certificate."""

    certificate: SourceId
    code: Code
    birth_date: BirthDate = Field(description="of the person who shows it, as it stands on the certificate")


class CertificateVerdict(Answer):
    """Whether such a certificate shows a status in force on that day, and no more: an unknown number, a wrong code, a
    wrong birth date and a status that is over are answered alike."""

    valid: bool
    on: date


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """A certificate that was issued here, with the status that it shows."""

    certificate: str
    code: str
    issued_on: date
    status: KandasStatus


async def show(engine: AsyncEngine, id: UUID, caller: Caller) -> Certificate:
    """The certificate of a status, which gets its code when it is shown first, and is empty where it was not granted
    here; the reading is logged. Raises NotFound."""
    async with unit_of_work(engine) as unit:
        _, fact = await _opened(unit, id, caller, "certificate")
        issued = await _issued(unit, id, fact)
    if issued is None:
        return Certificate(certificate=None, code=None, issued_on=None, valid_until=fact.valid_until)
    return Certificate(
        certificate=issued.certificate, code=issued.code, issued_on=issued.issued_on, valid_until=fact.valid_until
    )


async def print_out(engine: AsyncEngine, number: str, caller: Caller) -> IssuedCertificate:
    """What is printed; the reading is logged. Raises NotFound, also out of the caller's reach, and Conflict where the
    status is not in force today: nothing is printed that would be found invalid."""
    async with unit_of_work(engine) as unit:
        status = await store.status_of(unit.connection, number)
        try:
            if status is None:
                raise NotFound(_UNKNOWN)
            record, fact = await _opened(unit, status, caller, "certificate printed")
        except NotFound:
            raise NotFound(_UNKNOWN) from None
        issued = await _issued(unit, status, fact)
        if issued is None or issued.certificate != number or not _holds(record, fact, clock.today()):
            raise Conflict("The status is not in force: its certificate is not printed.")
    return issued


async def _opened(unit: UnitOfWork, id: UUID, caller: Caller, reason: str) -> tuple[Record, KandasStatus]:
    record = await records.load(unit.connection, kandas_status, id)
    fact = intake.visible_fact(STATUSES, record, caller)
    await intake.log(unit, STATUSES, record, fact, caller, "read", reason)
    return record, fact


async def _issued(unit: UnitOfWork, id: UUID, fact: KandasStatus) -> IssuedCertificate | None:
    for decided in await status_decision.of_status(unit.connection, id):
        if decided.certificate is not None:
            code = await store.with_code(unit.connection, decided.certificate, secrets.token_hex(16))
            return IssuedCertificate(decided.certificate, code, decided.decided_on, fact)
    return None


def _holds(record: Record, status: KandasStatus, day: date) -> bool:
    expired = status.valid_until is not None and has_expired(status.valid_until, day)
    return status.state == "granted" and not record.withdrawn and not expired


async def verify(engine: AsyncEngine, question: CertificateQuestion) -> CertificateVerdict:
    """The verdict of today; that a certificate was found valid is written to its person's access log."""
    today = clock.today()
    async with unit_of_work(engine) as unit:
        held = await store.find(unit.connection, question.certificate)
        if held is None or not compare_digest(held.code, question.code):
            return CertificateVerdict(valid=False, on=today)
        record = await records.load(unit.connection, kandas_status, held.status)
        status = KandasStatus.read(record.body)
        valid = status.person.birth_date == question.birth_date and _holds(record, status, today)
        if valid:
            await intake.log(unit, STATUSES, record, status, HOLDER, "read", "certificate verified")
    return CertificateVerdict(valid=valid, on=today)
