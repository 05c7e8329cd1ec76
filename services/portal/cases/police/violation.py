"""Violations of migration law, found by officers or by the portal's own runs (P7, P5), and the runs' findings (P5b).

A machine's finding waits for people: the person may contest it, an officer confirms it or withdraws it with the
reason. Until then it has no effect and counts as no violation.
"""

from collections.abc import Sequence

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.cases.stays.stay_control import StayAnswer, stays_on
from services.portal.rules.police import violation as rules
from services.portal.rules.rulebook import rulebook
from services.portal.store.police import violation as store
from services.portal.store.tables import violation
from shared import clock
from shared.audit import access_log
from shared.audit.access_log import Subject
from shared.db.records import Record
from shared.errors import Conflict, Fault, Forbidden, NotFound
from shared.events.police import Violation
from shared.events.wire import Date, Text, WireModel
from shared.http.paging import cursor_at, last_id, page
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to, within
from shared.kernel.norms import NormsInForce
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records.people import candidate_values
from shared.records.record_type import RecordType
from shared.records.state import RecordState, state_with
from shared.records.step import StepRequest, step

TRANSITIONS = {
    "contest": (frozenset({"finding"}), "contested"),
    "confirm": (frozenset({"finding", "contested"}), "confirmed"),
}
"""Act: from which states, to which."""


def _immutable_faults(old: Violation, new: Violation) -> Sequence[Fault]:
    changed = (name for name in ("contested_on", "confirmed_on") if getattr(old, name) != getattr(new, name))
    return [Fault(f"/{name}", "Changes by contesting or confirming the finding only.") for name in changed]


VIOLATIONS = RecordType(
    fact=Violation,
    table=violation,
    path="violations",
    writers=("migration-police",),
    readers=("migration-police",),
    scope=belongs_to(region="region", person="person.iin"),
    time=lambda fact: clock.start_of(fact.found_on),
    day="found_on",
    columns=lambda fact: {"violation": fact.violation, **candidate_values(fact.person)},
    immutable_faults=_immutable_faults,
)


class Objection(WireModel):
    """Why the person holds the finding to be wrong."""

    reason: Text


class Confirmation(WireModel):
    """What an officer makes of a finding; of a contested one, the answer to the objection."""

    reason: Text


class Finding(BaseModel):
    """What a run has found against a person, with the facts and the rule, and what the person can do."""

    violation: RecordState[Violation]
    state: rules.State
    stay: StayAnswer | None = Field(description="the stay on the day of the finding, as the register shows it now")
    answer_due: Date | None = Field(description="by when an officer has to answer the objection")
    how_to_contest: str


class Findings(BaseModel):
    """One page of findings."""

    findings: list[Finding]
    next: str | None


async def contest(asked: StepRequest, objection: Objection) -> RecordState[Violation]:
    """The person objects, or an officer writes down that they did. Raises as `step`, and Conflict for another state."""

    async def change(_unit: UnitOfWork, fact: Violation) -> Violation:
        _expect(fact, "contest")
        return fact.model_copy(update={"contested_on": clock.today()})

    return await step(asked, VIOLATIONS, change, reason=objection.reason)


async def contest_own(asked: StepRequest, objection: Objection) -> RecordState[Violation]:
    """The same by the person, who is known by IIN. Raises NotFound for anybody else's."""
    async with asked.engine.connect() as connection:
        if asked.caller.iin is None or not await store.is_about(connection, asked.id, asked.caller.iin):
            raise NotFound("There is no finding about you with that id.")
    return await contest(asked, objection)


async def confirm(asked: StepRequest, confirmation: Confirmation) -> RecordState[Violation]:
    """An officer confirms: from now on it is a violation. Raises as `step`, and Conflict for another state."""

    async def change(_unit: UnitOfWork, fact: Violation) -> Violation:
        _expect(fact, "confirm")
        return fact.model_copy(update={"confirmed_on": clock.today()})

    return await step(asked, VIOLATIONS, change, reason=confirmation.reason)


def _expect(fact: Violation, act: str) -> None:
    present = _state(fact)
    if present not in TRANSITIONS[act][0]:
        raise Conflict(f"This is {present}: there is nothing to {act}.")


def _state(fact: Violation) -> rules.State:
    return rules.state(fact.is_finding, fact.contested_on)


def _answer_due(fact: Violation, norms: NormsInForce) -> Date | None:
    if fact.contested_on is None or not fact.is_finding:
        return None
    return rules.answer_due(fact.contested_on, norms)


async def awaiting(engine: AsyncEngine, cursor: str | None, limit: int, caller: Caller) -> Findings:
    """Findings within the caller's reach that wait for an officer, the oldest first; the search and everyone whom it
    shows are logged."""
    reached = within(caller, VIOLATIONS.scope, store.places())
    async with unit_of_work(engine) as unit:
        records, more = page(await store.awaiting(unit.connection, reached, last_id(cursor), limit + 1), limit)
        findings = await _shown(unit, records, caller)
    return _page(findings, more)


async def own(engine: AsyncEngine, cursor: str | None, limit: int, caller: Caller) -> Findings:
    """What runs have found against the caller, newest first, with rule, facts and how to contest. Raises Forbidden
    without an IIN."""
    if caller.iin is None:
        raise Forbidden("This needs a token that carries your own IIN.")
    async with unit_of_work(engine) as unit:
        found = await store.found_against(unit.connection, caller.iin, last_id(cursor), limit + 1)
        records, more = page(found, limit)
        findings = await _shown(unit, records, caller, Subject(caller.iin))
    return _page(findings, more)


def _page(findings: list[Finding], more: bool) -> Findings:
    return Findings(findings=findings, next=cursor_at(str(findings[-1].violation.id)) if more else None)


async def _shown(
    unit: UnitOfWork, records: Sequence[Record], caller: Caller, wanted: Subject | None = None
) -> list[Finding]:
    facts = [Violation.read(record.body) for record in records]
    people = [(record.id, fact.person) for record, fact in zip(records, facts, strict=True)]
    await access_log.log_search(unit.connection, caller, VIOLATIONS.name, people, wanted=wanted)
    norms = rulebook().on(clock.today())
    stays = await stays_on(unit.connection, [(fact.person, fact.found_on) for fact in facts])
    return [
        Finding(
            violation=state_with(record, fact),
            state=_state(fact),
            stay=stay,
            answer_due=_answer_due(fact, norms),
            how_to_contest=rules.how_to_contest(norms),
        )
        for record, fact, stay in zip(records, facts, stays, strict=True)
    ]
