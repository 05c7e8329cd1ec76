"""Bans on entry (P6): imposed, lifted with a reason, and checked before somebody is let in or permitted to work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.rules import entry_ban as rules
from services.portal.store.tables import entry_ban
from shared import clock
from shared.db.unit import Unit, unit_of_work
from shared.errors import Conflict, Fault, Invalid
from shared.events.border_control import EntryBan
from shared.http import access_log
from shared.http.callers import Caller
from shared.http.idempotency import Attempt, once
from shared.records import intake
from shared.records.kind import Kind
from shared.records.people import Wanted, find, person_values
from shared.records.state import as_json


def _columns(ban: EntryBan) -> dict[str, Any]:
    dates = {"barred_from": ban.barred_from, "barred_until": ban.barred_until, "lifted_on": ban.lifted_on}
    return dates | person_values(ban.person)


def _fixed(old: EntryBan, new: EntryBan) -> Sequence[Fault]:
    lifted = ("lifted_on", "lift_reason")
    return [Fault(f"/{n}", "Changes by lifting only.") for n in lifted if getattr(old, n) != getattr(new, n)]


ENTRY_BANS = Kind(
    fact=EntryBan,
    table=entry_ban,
    path="entry-bans",
    writers=("migration-police", "border"),
    readers=("migration-police", "border"),
    time=lambda ban: clock.start_of(ban.barred_from),
    columns=_columns,
    fixed=_fixed,
)


@dataclass(frozen=True, slots=True)
class Lifting:
    """`lifted_on` is the first day on which entry is no longer barred."""

    lifted_on: date
    reason: str


async def lift(
    engine: AsyncEngine, id: UUID, lifting: Lifting, *, version: int, caller: Caller, attempt: Attempt
) -> dict[str, Any]:
    """Ends a ban before its term; answers with the record. Raises NotFound, VersionMismatch, Invalid, and Conflict
    where it is lifted already."""
    async with unit_of_work(engine) as unit:
        answer: dict[str, Any] = await once(unit.connection, attempt, lambda: _lift(unit, id, lifting, version, caller))
    return answer


async def _lift(unit: Unit, id: UUID, lifting: Lifting, version: int, caller: Caller) -> dict[str, Any]:
    record = await intake.open_within(unit, ENTRY_BANS, id, version)
    ban = EntryBan.read(record.body)
    if ban.lifted_on is not None:
        raise Conflict(f"The ban was lifted on {ban.lifted_on}.")
    if ban.barred_until is not None and lifting.lifted_on > ban.barred_until:
        fault = Fault("/lifted_on", f"The ban ends on {ban.barred_until} by itself.")
        raise Invalid("The ban cannot be lifted on that day.", faults=[fault])
    lifted = ban.model_copy(update={"lifted_on": lifting.lifted_on, "lift_reason": lifting.reason})
    return as_json(await intake.revise_within(unit, ENTRY_BANS, record, lifted, caller, lifting.reason))


@dataclass(frozen=True, slots=True)
class BanInForce:
    """No more than whoever guards the border must know to send the person aside."""

    id: str
    ground: str
    barred_until: date | None


async def check(engine: AsyncEngine, wanted: Wanted, day: date, caller: Caller) -> list[BanInForce]:
    """The bans that hold on `day` for whom `wanted` names; the search and what it found are written to the log."""
    async with unit_of_work(engine) as unit:
        rows = await find(unit.connection, entry_ban, wanted)
        bans = [(row.id, EntryBan.read(row.body)) for row in rows if not row.withdrawn]
        held = [(id, ban) for id, ban in bans if rules.holds(ban.barred_from, ban.barred_until, ban.lifted_on, day)]
        await access_log.note_search(unit.connection, caller, ENTRY_BANS.name, [(id, ban.person) for id, ban in held])
    return [BanInForce(str(id), ban.ground, ban.barred_until) for id, ban in held]
