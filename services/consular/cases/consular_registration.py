"""The voluntary register (C1): entered by the consul or the citizen, renewed, ended; stale entries shown as such."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.consular.rules import consular_registration as rules
from services.consular.rules.rulebook import rulebook
from services.consular.store import consular_registration as store
from services.consular.store.tables import consular_registration
from shared import clock
from shared.audit import access_log
from shared.db.records import Outcome, Record
from shared.errors import Conflict, Fault, Forbidden, Invalid
from shared.events.consular import ConsularRegistration, EndOfRegistration
from shared.events.wire import Date, SourceId, WireModel
from shared.http.reading import checked
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to, within
from shared.kernel.decisions import Check
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake, plausibility
from shared.records.record_type import RecordType
from shared.records.state import RecordState, state_of
from shared.records.step import StepRequest, perform_step, step_within


def _time(entry: ConsularRegistration) -> datetime:
    return clock.start_of(entry.ended_on or entry.renewed_on or entry.registered_on)


def _columns(entry: ConsularRegistration) -> dict[str, Any]:
    return {
        "iin": entry.person.iin,
        "mission": entry.mission,
        "country": entry.country,
        "purpose": entry.purpose,
        "permanent": _is_permanent(entry),
        "confirmed_on": _confirmed_on(entry),
        "expected_until": entry.expected_until,
        "ended": entry.ended_on is not None,
    }


def _is_permanent(entry: ConsularRegistration) -> bool:
    return entry.purpose == "permanent"


def _confirmed_on(entry: ConsularRegistration) -> date:
    return entry.renewed_on or entry.registered_on


def is_own(entry: ConsularRegistration, caller: Caller) -> bool:
    return caller.iin is not None and entry.person.iin == caller.iin


REGISTRATIONS = RecordType(
    fact=ConsularRegistration,
    table=consular_registration,
    path="consular-registrations",
    writers=("consul",),
    readers=("consul",),
    scope=belongs_to(mission="mission", person="person.iin"),
    time=_time,
    day="registered_on",
    columns=_columns,
)


class Renewal(WireModel):
    """The entry is confirmed today."""

    expected_until: Date | None = Field(None, description="new end of the stay; null where none is known")


class End(WireModel):
    """Why and when the registration ends."""

    ended_on: Date = Field(description="first day on which the citizen is no longer registered")
    reason: EndOfRegistration


class RegistrationState(RecordState[ConsularRegistration]):
    """An entry with its standing today, and the checks that say why."""

    standing: rules.Freshness
    checks: list[Check]


class Registered(BaseModel):
    """Where your registration is held."""

    id: UUID
    source_id: SourceId


async def renew(asked: StepRequest, renewal: Renewal) -> RegistrationState:
    """Confirms an entry today. Raises as `step`, Conflict for one that has ended, and Invalid."""

    async def change(_unit: UnitOfWork, entry: ConsularRegistration) -> ConsularRegistration:
        today = clock.today()
        _refuse_ended(entry)
        if renewal.expected_until is not None and renewal.expected_until < today:
            fault = Fault("/expected_until", "Lies in the past: such an entry would be stale at once.")
            raise Invalid("The renewal is not valid.", faults=[fault])
        return _on_revised(entry, renewed_on=today, expected_until=renewal.expected_until)

    return await _step(asked, change, "renewal")


async def end(asked: StepRequest, end: End) -> RegistrationState:
    """Takes the citizen off the register; raises as `renew`."""

    async def change(_unit: UnitOfWork, entry: ConsularRegistration) -> ConsularRegistration:
        _refuse_ended(entry)
        if end.ended_on > clock.today():
            fault = Fault("/ended_on", "Lies in the future; report the end when it has come.")
            raise Invalid("The registration cannot end on that day.", faults=[fault])
        return _on_revised(entry, ended_on=end.ended_on, end_reason=end.reason)

    return await _step(asked, change, end.reason)


def _refuse_ended(entry: ConsularRegistration) -> None:
    if entry.ended_on is not None:
        raise Conflict("The registration has ended; register anew.")


def _on_revised(entry: ConsularRegistration, **changes: Any) -> ConsularRegistration:
    return checked(ConsularRegistration, dict(entry) | changes)


async def _step(
    asked: StepRequest,
    change: Callable[[UnitOfWork, ConsularRegistration], Awaitable[ConsularRegistration]],
    reason: str,
) -> RegistrationState:
    """`step`, answered with the standing that the entry has from now on."""

    async def act(unit: UnitOfWork) -> RegistrationState:
        return state(await step_within(unit, asked, REGISTRATIONS, change, reason=reason))

    return await perform_step(asked, REGISTRATIONS, RegistrationState, act)


async def register_self(engine: AsyncEngine, entry: ConsularRegistration, caller: Caller) -> tuple[Registered, Outcome]:
    """A citizen's own registration, and whether it is new. Raises Forbidden for anybody else's, Invalid, Conflict."""
    if not is_own(entry, caller):
        raise Forbidden("A citizen registers nobody but themselves: the person's IIN is not that of the token.")
    if faults := list(_own_faults(entry, clock.today())):
        raise Invalid("The registration is not valid.", faults=faults)
    (taken,) = await intake.submit(engine, REGISTRATIONS, [entry], caller)
    if taken.outcome == "conflict":
        raise Conflict("The same source_id holds other content; take a new one.")
    return Registered(id=taken.id, source_id=entry.source_id), taken.outcome


def _own_faults(entry: ConsularRegistration, today: date) -> Sequence[Fault]:
    faults = plausibility.faults(entry)
    if not faults and entry.registered_on > today:
        faults.append(Fault("/registered_on", "Lies in the future."))
    for name in ("renewed_on", "ended_on"):
        if getattr(entry, name) is not None:
            faults.append(Fault(f"/{name}", "Is not given at registration; renew or end the entry later."))
    return faults


async def own(engine: AsyncEngine, caller: Caller) -> list[RegistrationState]:
    """The caller's own entries with their standing; the reading is logged. Raises Forbidden without an IIN."""
    if caller.iin is None:
        raise Forbidden("This needs a token that carries your own IIN.")
    async with unit_of_work(engine) as unit:
        found = await store.of_citizen(unit.connection, caller.iin)
        await _log_search(unit, found, caller)
    return [state(record) for record in found]


async def read_standing(engine: AsyncEngine, id: UUID, caller: Caller) -> RegistrationState:
    """An entry with its standing today and the checks behind it; the reading is logged. Raises NotFound."""
    return state(await intake.read(engine, REGISTRATIONS, id, caller=caller))


async def stale(
    engine: AsyncEngine, mission: str | None, after: UUID | None, limit: int, caller: Caller
) -> list[RegistrationState]:
    """Up to `limit` stale entries within the caller's reach after the entry `after`, each with its standing; the search
    is logged."""
    async with unit_of_work(engine) as unit:
        fresh = rules.fresh_since(rulebook().on(clock.today()))
        own = within(caller, REGISTRATIONS.scope, store.places())
        found = await store.stale(unit.connection, fresh, own, mission, after, limit)
        await _log_search(unit, found, caller)
    return [state(record) for record in found]


async def _log_search(unit: UnitOfWork, found: Sequence[Record], caller: Caller) -> None:
    persons = [(record.id, ConsularRegistration.read(record.body).person) for record in found]
    await access_log.log_search(unit.connection, caller, REGISTRATIONS.name, persons)


def state(record: Record) -> RegistrationState:
    """The record with its standing today: current, stale or ended, and why."""
    entry = ConsularRegistration.read(record.body)
    standing, checks = rules.freshness(
        rulebook().on(clock.today()),
        permanent=_is_permanent(entry),
        confirmed_on=_confirmed_on(entry),
        expected_until=entry.expected_until,
        ended=entry.ended_on is not None,
    )
    return RegistrationState(**dict(state_of(REGISTRATIONS, record)), standing=standing, checks=list(checks))
