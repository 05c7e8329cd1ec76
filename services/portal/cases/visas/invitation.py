"""Invitations (P2): asked for by hosts, decided at once by the rules of the day, annulled with a reason."""

from uuid import UUID

import orjson
from pydantic import BaseModel, TypeAdapter
from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.cases.stays import stay_registration
from services.portal.cases.visas.invitation_body import Invitation, InvitationAsked
from services.portal.rules.rulebook import rulebook
from services.portal.rules.visas import invitation as rules
from services.portal.store.tables import invitation as table
from services.portal.store.visas import visa as store
from services.portal.store.visas.visa import IssueDecision
from shared import clock
from shared.audit import access_log
from shared.db import records
from shared.db.records import Record, Submission
from shared.errors import Conflict, Invalid, NotFound
from shared.events.wire import Text, WireModel
from shared.http.answers import Versioned
from shared.idempotency import IdempotencyKey
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to, outside, reaches
from shared.kernel.decisions import Decision, DecisionOutcome
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import plausibility
from shared.records.step import StepRequest, perform

INVITATIONS = belongs_to(
    region="host_address.region",
    host="inviter.number",
    everywhere_for={"consul": "an invitation is shown at any mission (joint order of 24.11.2016, V1600014531)"},
)
_DECISION = TypeAdapter(Decision)


class Issued(BaseModel):
    """Of an invitation or a visa: the decision with its every check; number and record only where it was granted."""

    id: UUID | None
    number: str | None
    decision: Decision


class InvitationState(Versioned):
    """An invitation as the register holds it, with the decision that granted it."""

    id: UUID
    reason: str | None
    invitation: Invitation
    decision: Decision | None


class Annulment(WireModel):
    """Why it no longer holds."""

    reason: Text


async def ask(engine: AsyncEngine, asked: InvitationAsked, caller: Caller, key: IdempotencyKey) -> Issued:
    """Decides today; answers with the decision and, where it was granted, the number. Raises Invalid where a host asks
    for another, and Conflict where the source_id holds another invitation."""
    if faults := outside(caller, INVITATIONS, asked):
        raise Invalid("You cannot invite for another.", faults=faults)
    plausibility.expect(asked)

    async def act(unit: UnitOfWork) -> Issued:
        decision = rules.decide(_sought(asked), rulebook().on(clock.today()))
        record = await _issue(unit, asked, caller) if decision.outcome is DecisionOutcome.GRANTED else None
        await keep_decision(unit, record, "invitation", decision, caller)
        number = Invitation.read(record.body).number if record else None
        return Issued(id=record and record.id, number=number, decision=decision)

    return await perform(engine, key, Issued, act)


def _sought(asked: InvitationAsked) -> rules.InvitationSought:
    return rules.InvitationSought(
        asked.category, asked.person.citizenship, asked.stay_from, asked.stay_until, asked.host_address.complete
    )


async def _issue(unit: UnitOfWork, asked: InvitationAsked, caller: Caller) -> Record:
    today = clock.today()
    number = await store.next_invitation_number(unit.connection, today.year)
    issued = Invitation(**dict(asked), number=number, issued_on=today)
    columns = {"number": number, "host": asked.inviter.number}
    submission = Submission(asked.source_id, issued, caller.subject, columns)
    (taken,) = await records.submit(unit.connection, table, [submission])
    if taken.outcome != "created":
        raise Conflict("The same source_id holds another invitation; take a new one.")
    await stay_registration.invitation_issued(unit, number)
    await _log(unit, caller, "create", taken.id, asked, "invitation issued")
    return await records.load(unit.connection, table, taken.id)


async def keep_decision(unit: UnitOfWork, issued: Record | None, kind: str, decision: Decision, caller: Caller) -> None:
    """Keeps a decision for good, beside what it issued."""
    body = orjson.dumps(decision.as_json()).decode()
    id = issued.id if issued else None
    kept = IssueDecision(id, kind, issued is not None, body, clock.now(), caller.subject)
    await store.keep_decision(unit.connection, kept)


async def decision_on(unit: UnitOfWork, record: UUID) -> Decision | None:
    """The decision that issued an invitation or a visa; None where it was taken over from elsewhere."""
    kept = await store.decision_on(unit.connection, record)
    return None if kept is None else _DECISION.validate_json(kept)


async def read(engine: AsyncEngine, id: UUID, caller: Caller) -> InvitationState:
    """The invitation with its decision; the reading is logged. Raises NotFound, also for another host's."""
    async with unit_of_work(engine) as unit:
        record = await records.load(unit.connection, table, id)
        return await _state(unit, record, caller, "read", None)


async def annul(asked: StepRequest, annulment: Annulment) -> InvitationState:
    """Ends an invitation; stays that began on it go on. Raises NotFound, VersionMismatch, Conflict."""

    async def act(unit: UnitOfWork) -> InvitationState:
        record = await records.load(unit.connection, table, asked.id, lock=True)
        invitation = _visible(record, asked.caller)
        records.expect_version(record, asked.version)
        if invitation.state == "annulled":
            raise Conflict("The invitation is annulled already.")
        annulled = invitation.model_copy(update={"state": "annulled", "annulled_on": clock.today()})
        revised = await records.revise(
            unit.connection,
            table,
            record,
            annulled.model_dump_json(),
            author=asked.caller.subject,
            reason=annulment.reason,
        )
        return await _state(unit, revised, asked.caller, "change", annulment.reason)

    async def repeated(unit: UnitOfWork, shown: InvitationState) -> None:
        await _log(unit, asked.caller, "repeat", shown.id, shown.invitation, None)

    async def seen(unit: UnitOfWork) -> None:
        _visible(await records.load(unit.connection, table, asked.id), asked.caller)

    return await perform(asked.engine, asked.key, InvitationState, act, seen=seen, repeated=repeated)


async def _state(
    unit: UnitOfWork, record: Record, caller: Caller, action: access_log.Action, reason: str | None
) -> InvitationState:
    invitation = _visible(record, caller)
    await _log(unit, caller, action, record.id, invitation, reason)
    return InvitationState(
        id=record.id,
        version=record.version,
        reason=record.reason,
        invitation=invitation,
        decision=await decision_on(unit, record.id),
    )


async def _log(
    unit: UnitOfWork, caller: Caller, action: access_log.Action, id: UUID, asked: InvitationAsked, reason: str | None
) -> None:
    """A row for whom is invited, and one for a person who invites."""
    named = [access_log.Subject.of(asked.person), *asked.inviter.subjects]
    await access_log.log_versions(unit.connection, caller, action, table.name, id, named, reason)


def _visible(record: Record, caller: Caller) -> Invitation:
    invitation = Invitation.read(record.body)
    if not reaches(caller, INVITATIONS, invitation):
        raise NotFound("There is no such invitation.")
    return invitation
