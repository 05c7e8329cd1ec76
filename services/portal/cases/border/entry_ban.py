"""Bans on entry (P6): imposed, lifted with a reason, and checked before somebody is let in or permitted to work."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.cases.border import recognition
from services.portal.rules.border import entry_ban as rules
from services.portal.rules.border.recognition import recognise
from services.portal.store.tables import entry_ban
from shared import clock
from shared.audit import access_log
from shared.errors import Conflict, Fault, Invalid
from shared.events.border_control import EntryBan, Evidence
from shared.events.wire import Date, Text, WireModel
from shared.identity.callers import Caller
from shared.identity.scope import whole_country
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records.people import PersonQuery, candidate_values, find
from shared.records.record_type import RecordType
from shared.records.state import RecordState
from shared.records.step import StepRequest, step


def _columns(ban: EntryBan) -> dict[str, Any]:
    dates = {"barred_from": ban.barred_from, "barred_until": ban.barred_until, "lifted_on": ban.lifted_on}
    return dates | candidate_values(ban.person)


def _immutable_faults(old: EntryBan, new: EntryBan) -> Sequence[Fault]:
    lifted = ("lifted_on", "lift_reason")
    return [Fault(f"/{n}", "Changes by lifting only.") for n in lifted if getattr(old, n) != getattr(new, n)]


ENTRY_BANS = RecordType(
    fact=EntryBan,
    table=entry_ban,
    path="entry-bans",
    writers=("migration-police", "border"),
    readers=("migration-police", "border"),
    scope=whole_country("a ban holds at every checkpoint; register of decree 148"),
    time=lambda ban: clock.start_of(ban.barred_from),
    day="barred_from",
    columns=_columns,
    immutable_faults=_immutable_faults,
)


class Lifting(WireModel):
    """Why and since when a ban holds no longer."""

    lifted_on: Date = Field(description="first day on which entry is no longer barred")
    reason: Text


async def lift(asked: StepRequest, lifting: Lifting) -> RecordState[EntryBan]:
    """Ends a ban before its term. Raises as `step`, Invalid for a day after that term, and Conflict where it is lifted
    already."""

    async def change(_unit: UnitOfWork, ban: EntryBan) -> EntryBan:
        if ban.lifted_on is not None:
            raise Conflict(f"The ban was lifted on {ban.lifted_on}.")
        if ban.barred_until is not None and lifting.lifted_on > ban.barred_until:
            fault = Fault("/lifted_on", f"The ban ends on {ban.barred_until} by itself.")
            raise Invalid("The ban cannot be lifted on that day.", faults=[fault])
        return ban.model_copy(update={"lifted_on": lifting.lifted_on, "lift_reason": lifting.reason})

    return await step(asked, ENTRY_BANS, change, reason=lifting.reason)


class Ban(BaseModel):
    """A ban that holds: no more than whoever guards the border must know to send the person aside."""

    id: UUID
    ground: str
    barred_until: Date | None
    evidence: Evidence = Field(description="what agrees, the strongest first")


class BanCheck(PersonQuery):
    """Whom the check is about, and the day of the entry."""

    day: Date | None = Field(None, description="today, if not given")


class BanAnswer(BaseModel):
    """Whether entry is barred on the day, and by what. A possible ban decides nothing: an officer looks at it."""

    day: Date
    barred: bool = Field(description="whether a ban is certainly this person's")
    bans: list[Ban]
    possible: list[Ban] = Field(
        description="bans that may be another's: the name is alike or incomplete, the birth date known in part, or"
        " something else contradicts"
    )


async def check(engine: AsyncEngine, asked: BanCheck, caller: Caller) -> BanAnswer:
    """The bans that hold on the day for whom `asked` names, the possible ones apart; the search and what it found
    are written to the log."""
    day, about = asked.day or clock.today(), recognition.asked(asked)
    async with unit_of_work(engine) as unit:
        rows = await find(unit.connection, entry_ban, asked)
        bans = [(row.id, EntryBan.read(row.body)) for row in rows if not row.withdrawn]
        held = [(id, ban) for id, ban in bans if rules.holds(ban.barred_from, ban.barred_until, ban.lifted_on, day)]
        met = [(id, ban, found) for id, ban in held if (found := recognise(recognition.shown(ban.person), about))]
        seen = [(id, ban.person) for id, ban, _ in met]
        await access_log.log_search(unit.connection, caller, ENTRY_BANS.name, seen, wanted=asked.subject)
    certain, possible = (
        [
            Ban(id=id, ground=ban.ground, barred_until=ban.barred_until, evidence=found.evidence)
            for id, ban, found in met
            if found.certainty == certainty
        ]
        for certainty in ("hit", "possible")
    )
    return BanAnswer(day=day, barred=bool(certain), bans=certain, possible=possible)
