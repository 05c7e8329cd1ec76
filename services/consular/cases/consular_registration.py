"""The voluntary register (C1): entered by the consul or the citizen, renewed, ended; stale entries shown as such."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.consular.rules import consular_registration as rules
from services.consular.store import consular_registration as store
from services.consular.store.tables import consular_registration
from shared import clock
from shared.audit import access_log
from shared.db.records import Record, SubmitResult
from shared.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from shared.events.consular import ConsularRegistration, EndOfRegistration
from shared.http.reading import checked
from shared.idempotency import IdempotencyKey, idempotent_json
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import intake
from shared.records.record_type import RecordType
from shared.records.state import as_json


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


REGISTRATIONS = RecordType(
    fact=ConsularRegistration,
    table=consular_registration,
    path="consular-registrations",
    writers=("consul",),
    readers=("consul",),
    time=_time,
    columns=_columns,
)


@dataclass(frozen=True, slots=True)
class Renewal:
    """The citizen confirms the entry; `expected_until` replaces the end of the stay."""

    expected_until: date | None


@dataclass(frozen=True, slots=True)
class End:
    """`ended_on` is the first day on which the citizen is no longer registered."""

    ended_on: date
    reason: EndOfRegistration


async def renew(
    engine: AsyncEngine, id: UUID, renewal: Renewal, *, version: int, caller: Caller, key: IdempotencyKey
) -> dict[str, Any]:
    """Confirms an entry today; answers with the record and its standing. Raises NotFound, VersionMismatch, Conflict,
    Invalid."""
    today = clock.today()
    changes = {"renewed_on": today, "expected_until": renewal.expected_until}
    if renewal.expected_until is not None and renewal.expected_until < today:
        fault = Fault("/expected_until", "Lies in the past: such an entry would be stale at once.")
        raise Invalid("The renewal is not valid.", faults=[fault])
    return await _change(engine, id, changes, "renewal", version, caller, key)


async def end(
    engine: AsyncEngine, id: UUID, end: End, *, version: int, caller: Caller, key: IdempotencyKey
) -> dict[str, Any]:
    """Takes the citizen off the register; answers and raises as `renew`."""
    if end.ended_on > clock.today():
        fault = Fault("/ended_on", "Lies in the future; report the end when it has come.")
        raise Invalid("The registration cannot end on that day.", faults=[fault])
    changes = {"ended_on": end.ended_on, "end_reason": end.reason}
    return await _change(engine, id, changes, end.reason, version, caller, key)


async def _change(
    engine: AsyncEngine,
    id: UUID,
    changes: dict[str, Any],
    reason: str,
    version: int,
    caller: Caller,
    key: IdempotencyKey,
) -> dict[str, Any]:
    async with unit_of_work(engine) as unit:
        answer: dict[str, Any] = await idempotent_json(
            unit.connection, key, lambda: _change_within(unit, id, changes, reason, version, caller)
        )
    return answer


async def _change_within(
    unit: UnitOfWork, id: UUID, changes: dict[str, Any], reason: str, version: int, caller: Caller
) -> dict[str, Any]:
    record = await intake.open_within(unit, REGISTRATIONS, id, version, caller)
    entry = ConsularRegistration.read(record.body)
    _refuse_others(entry, caller)
    if entry.ended_on is not None:
        raise Conflict("The registration has ended; register anew.")
    changed = checked(ConsularRegistration, dict(entry) | changes)
    return view(await intake.revise_within(unit, REGISTRATIONS, record, changed, caller, reason))


def _refuse_others(entry: ConsularRegistration, caller: Caller) -> None:
    """A citizen learns of no entry but their own."""
    if "consul" not in caller.roles and not is_own(entry, caller):
        raise NotFound("There is no such consular registration.")


def is_own(entry: ConsularRegistration, caller: Caller) -> bool:
    return caller.iin is not None and entry.person.iin == caller.iin


async def register_self(engine: AsyncEngine, entry: ConsularRegistration, caller: Caller) -> SubmitResult:
    """A citizen's own registration. Raises Forbidden for anybody else's, Invalid, Conflict."""
    if not is_own(entry, caller):
        raise Forbidden("A citizen registers nobody but themselves: the person's IIN is not that of the token.")
    if faults := list(_own_faults(entry, clock.today())):
        raise Invalid("The registration is not valid.", faults=faults)
    (taken,) = await intake.submit(engine, REGISTRATIONS, [entry], caller)
    if taken.outcome == "conflict":
        raise Conflict("The same source_id holds other content; take a new one.")
    return taken


def _own_faults(entry: ConsularRegistration, today: date) -> Sequence[Fault]:
    faults = []
    if entry.registered_on > today:
        faults.append(Fault("/registered_on", "Lies in the future."))
    for name in ("renewed_on", "ended_on"):
        if getattr(entry, name) is not None:
            faults.append(Fault(f"/{name}", "Is not given at registration; renew or end the entry later."))
    return faults


async def own(engine: AsyncEngine, caller: Caller) -> list[dict[str, Any]]:
    """The caller's own entries with their standing; the reading is logged. Raises Forbidden without an IIN."""
    if caller.iin is None:
        raise Forbidden("This needs a token that carries your own IIN.")
    async with unit_of_work(engine) as unit:
        found = await store.of_citizen(unit.connection, caller.iin)
        await _log_search(unit, found, caller)
    return [view(record) for record in found]


async def read_standing(engine: AsyncEngine, id: UUID, caller: Caller) -> dict[str, Any]:
    """An entry with its standing today and the checks behind it; the reading is logged. Raises NotFound."""
    return view(await intake.read(engine, REGISTRATIONS, id, caller=caller))


async def stale(
    engine: AsyncEngine, mission: str | None, after: UUID | None, limit: int, caller: Caller
) -> list[dict[str, Any]]:
    """Up to `limit` stale entries after the entry `after`, each with its standing; the search is logged."""
    async with unit_of_work(engine) as unit:
        found = await store.stale(unit.connection, rules.fresh_since(clock.today()), mission, after, limit)
        await _log_search(unit, found, caller)
    return [view(record) for record in found]


async def _log_search(unit: UnitOfWork, found: Sequence[Record], caller: Caller) -> None:
    persons = [(record.id, ConsularRegistration.read(record.body).person) for record in found]
    await access_log.log_search(unit.connection, caller, REGISTRATIONS.name, persons)


def view(record: Record) -> dict[str, Any]:
    """The record with its standing today: current, stale or ended, and why."""
    entry = ConsularRegistration.read(record.body)
    standing, checks = rules.freshness(
        clock.today(),
        permanent=_is_permanent(entry),
        confirmed_on=_confirmed_on(entry),
        expected_until=entry.expected_until,
        ended=entry.ended_on is not None,
    )
    return as_json(record) | {"standing": standing, "checks": checks}
