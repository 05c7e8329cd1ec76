"""Invitations (P2): asked for by hosts, decided at once by the rules of the day, annulled with a reason."""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.cases.stays import stay_registration
from services.portal.cases.visas.invitation_body import Invitation, InvitationAsked
from services.portal.rules.visas import invitation as rules
from services.portal.store.tables import invitation as table
from services.portal.store.visas import visa as store
from services.portal.store.visas.visa import IssueDecision
from shared import clock
from shared.audit import access_log
from shared.db import records
from shared.db.records import Record, Submission
from shared.errors import Conflict, Fault, Invalid, NotFound
from shared.idempotency import IdempotencyKey, idempotent_json
from shared.identity.callers import Caller
from shared.kernel.decisions import Decision, DecisionOutcome
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work

OFFICERS = frozenset({"migration-police", "clerk", "consul"})


async def ask(engine: AsyncEngine, asked: InvitationAsked, caller: Caller, key: IdempotencyKey) -> dict[str, Any]:
    """Decides today; answers with the decision and, where it was granted, the number. Raises Invalid where a host asks
    for another, and Conflict where the source_id holds another invitation."""
    if not _may_see(asked, caller):
        raise Invalid("You cannot invite for another.", faults=[Fault("/inviter", "Is not who your token names.")])
    async with unit_of_work(engine) as unit:
        answer: dict[str, Any] = await idempotent_json(unit.connection, key, lambda: _ask(unit, asked, caller))
    return answer


async def _ask(unit: UnitOfWork, asked: InvitationAsked, caller: Caller) -> dict[str, Any]:
    today = clock.today()
    decision = rules.decide(
        rules.Invitation(
            asked.category, asked.person.citizenship, asked.stay_from, asked.stay_until, asked.host_address.complete
        ),
        today,
    )
    issued = await _issue(unit, asked, caller) if decision.outcome is DecisionOutcome.GRANTED else None
    await keep_decision(unit, issued, "invitation", decision, caller)
    if issued:
        await access_log.log_access(
            unit.connection, caller, "change", table.name, issued.id, asked.person, "invitation issued"
        )
    number = Invitation.read(issued.body).number if issued else None
    return {"id": issued and str(issued.id), "number": number, "decision": decision.as_json()}


async def _issue(unit: UnitOfWork, asked: InvitationAsked, caller: Caller) -> Record:
    today = clock.today()
    number = await store.next_invitation_number(unit.connection, today.year)
    issued = Invitation(**dict(asked), number=number, issued_on=today)
    columns = {"number": number, "host": asked.inviter.number}
    submission = Submission(asked.source_id, issued.model_dump_json(), caller.subject, columns)
    (taken,) = await records.submit(unit.connection, table, [submission])
    if taken.outcome != "created":
        raise Conflict("The same source_id holds another invitation; take a new one.")
    await stay_registration.invitation_issued(unit, number)
    return await records.load(unit.connection, table, taken.id)


async def keep_decision(unit: UnitOfWork, issued: Record | None, kind: str, decision: Decision, caller: Caller) -> None:
    """Keeps a decision for good, beside what it issued."""
    body = orjson.dumps(decision.as_json()).decode()
    id = issued.id if issued else None
    kept = IssueDecision(id, kind, issued is not None, body, clock.now(), caller.subject)
    await store.keep_decision(unit.connection, kept)


async def read(engine: AsyncEngine, id: UUID, caller: Caller) -> dict[str, Any]:
    """The invitation with its decision; the reading is logged. Raises NotFound, also for another host's."""
    async with unit_of_work(engine) as unit:
        record = await records.load(unit.connection, table, id)
        return await _view(unit, record, caller, "read", None)


async def annul(
    engine: AsyncEngine, id: UUID, *, reason: str, version: int, caller: Caller, key: IdempotencyKey
) -> dict[str, Any]:
    """Ends an invitation; stays that began on it go on. Raises NotFound, VersionMismatch, Conflict."""
    async with unit_of_work(engine) as unit:
        answer: dict[str, Any] = await idempotent_json(
            unit.connection, key, lambda: _annul(unit, id, reason, version, caller)
        )
    return answer


async def _annul(unit: UnitOfWork, id: UUID, reason: str, version: int, caller: Caller) -> dict[str, Any]:
    record = await records.load(unit.connection, table, id, lock=True)
    invitation = _seen(record, caller)
    records.expect_version(record, version)
    if invitation.state == "annulled":
        raise Conflict("The invitation is annulled already.")
    annulled = invitation.model_copy(update={"state": "annulled", "annulled_on": clock.today()})
    body = annulled.model_dump_json()
    revised = await records.revise(unit.connection, table, record, body, author=caller.subject, reason=reason)
    return await _view(unit, revised, caller, "change", reason)


async def _view(
    unit: UnitOfWork, record: Record, caller: Caller, action: access_log.Action, reason: str | None
) -> dict[str, Any]:
    invitation = _seen(record, caller)
    await access_log.log_access(unit.connection, caller, action, table.name, record.id, invitation.person, reason)
    decision = await store.decision_on(unit.connection, record.id)
    return {
        "id": str(record.id),
        "version": record.version,
        "reason": record.reason,
        "invitation": orjson.Fragment(record.body),
        "decision": orjson.Fragment(decision) if decision else None,
    }


def _seen(record: Record, caller: Caller) -> Invitation:
    invitation = Invitation.read(record.body)
    if not _may_see(invitation, caller):
        raise NotFound("There is no such invitation.")
    return invitation


def _may_see(invitation: InvitationAsked, caller: Caller) -> bool:
    """Officers see all, a host what it asked for itself."""
    return not OFFICERS.isdisjoint(caller.roles) or invitation.inviter.number in (caller.iin, caller.bin)
