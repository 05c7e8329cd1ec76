"""By what right a person stays on a day, from what the register holds about them, and from copies of permits to work
(P5)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.portal.rules.rulebook import rulebook
from services.portal.rules.stays.stay_control import HOME, History, Permit, StayBound, VisaHeld, legal_stay
from services.portal.rules.stays.stay_span import Right
from services.portal.store.stays import stay_control as store
from services.portal.store.stays.stay_control import Crossed
from services.portal.store.tables import border_crossing
from shared import clock
from shared.audit import access_log
from shared.db import records
from shared.errors import Forbidden, NotFound
from shared.events.contradictions import contradiction
from shared.events.person import Person
from shared.events.portal import BorderCrossing
from shared.events.wire import Date, Issuer, ReckonedDate
from shared.identity.callers import Caller
from shared.kernel.decisions import Check
from shared.outbox.unit_of_work import unit_of_work
from shared.records.people import PersonQuery, document_of

_ENTRIES = {"single": 1}


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom the register is asked about. Without a birth date an equal IIN is enough."""

    document: str | None
    iin: str | None
    birth_date: str | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """A person's crossings, and what the rules see of them."""

    crossings: tuple[Crossed, ...]
    history: History


class StayQuestion(PersonQuery):
    """About whom and which day. `citizenship` is needed for whom no crossing is on record."""

    day: ReckonedDate | None = Field(None, description="today, if not given")
    citizenship: Issuer | None = None

    CONTRADICTIONS = (
        *PersonQuery.CONTRADICTIONS,
        contradiction(
            "stays are followed by IIN or document: give one of them",
            "iin",
            "document",
            found=lambda iin, document: not (iin or document),
        ),
    )

    @property
    def sought(self) -> Sought:
        return Sought(self.subject.document, self.iin, self.birth_date)


class StayAnswer(BaseModel):
    """`lawful` is null where the rulebook does not reach back; `last_day` and `days_left` where no end is in sight."""

    day: Date
    present: bool = Field(description="false: answered as if entering on the day")
    right: Right
    visa_number: str | None = Field(description="of the visa that gives the right")
    lawful: bool | None
    days_used: int | None
    days_left: int | None
    last_day: Date | None = Field(description="last day on which the stay is, or was, lawful")
    since: Date | None = Field(description="first day without right")
    checks: list[Check]
    rulebook: str


async def check(engine: AsyncEngine, asked: StayQuestion, caller: Caller) -> StayAnswer:
    """How long the person may stay, seen from a day; the stated citizenship counts for whom no crossing is on record.
    The reading is logged. Raises NotFound where neither is known."""
    day = asked.day or clock.today()
    async with unit_of_work(engine) as unit:
        (followed,) = await follow(unit.connection, [asked.sought], day)
        await _log(unit.connection, asked, followed, caller)
    history = followed.history
    if not followed.crossings:
        if asked.citizenship is None:
            raise NotFound("No crossing of this person is on record. Give the citizenship to ask about a first entry.")
        history = replace(history, citizenship=asked.citizenship)
    return StayAnswer.model_validate(legal_stay(history, day, rulebook()), from_attributes=True)


async def own(engine: AsyncEngine, day: date | None, caller: Caller) -> StayAnswer:
    """The caller's own stay, by the IIN of the token. The reading is logged. Raises Forbidden without an IIN, and as
    `check`."""
    if caller.iin is None:
        raise Forbidden("This needs a token that carries your own IIN.")
    return await check(engine, StayQuestion(iin=caller.iin, day=day), caller)


async def stay_on(connection: AsyncConnection, person: Person, day: date) -> StayAnswer | None:
    """`stays_on` for one."""
    (answer,) = await stays_on(connection, [(person, day)])
    return answer


async def stays_on(connection: AsyncConnection, asked: Sequence[tuple[Person, date]]) -> list[StayAnswer | None]:
    """By what right each of these, who are on record, stayed on that day, as the register shows it now; None without a
    crossing. As many statements as for one."""
    sought = [(Sought(document_of(person), person.iin, person.birth_date), day) for person, day in asked]
    found = await _followed_each(connection, sought) if sought else []
    return [
        StayAnswer.model_validate(legal_stay(followed.history, day, rulebook()), from_attributes=True)
        if followed.crossings
        else None
        for followed, (_, day) in zip(found, asked, strict=True)
    ]


async def _log(connection: AsyncConnection, asked: StayQuestion, followed: Followed, caller: Caller) -> None:
    seen = []
    if followed.crossings:
        last = await records.load(connection, border_crossing, followed.crossings[-1].id)
        seen = [(last.id, BorderCrossing.read(last.body).person)]
    await access_log.log_search(connection, caller, "stay_control", seen, wanted=asked.subject)


async def follow(connection: AsyncConnection, sought: Sequence[Sought], day: date) -> list[Followed]:
    """What is known about each of them up to `day`, in their order; three statements for all together."""
    return await _followed_each(connection, [(each, day) for each in sought])


async def _followed_each(connection: AsyncConnection, sought: Sequence[tuple[Sought, date]]) -> list[Followed]:
    """`follow`, each up to a day of their own."""
    documents = [each.document for each, _ in sought if each.document]
    iins = [each.iin for each, _ in sought if each.iin]
    crossed = _Held(await store.crossings(connection, documents, iins))
    titles = _Held(await store.titles(connection, documents, iins))
    acts = _Held(await store.naturalised(connection, documents, iins))
    return [_followed(each, crossed, titles, acts, day) for each, day in sought]


class _Held:
    """Rows by document and by IIN, each row once for a person, in the order of the rows."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self._rows = rows
        self._by: dict[str, list[int]] = defaultdict(list)
        for number, row in enumerate(rows):
            for key in {row.document, row.iin} - {None}:
                self._by[key].append(number)

    def of(self, sought: Sought) -> list[Any]:
        numbers = {n for key in (sought.document, sought.iin) if key for n in self._by.get(key, ())}
        return [self._rows[number] for number in sorted(numbers) if _agree(self._rows[number], sought)]


def _agree(row: Any, sought: Sought) -> bool:
    if row.document is not None and row.document == sought.document:
        return True
    births = getattr(row, "birth_date", None), sought.birth_date
    return None in births or births[0] == births[1]


def _followed(sought: Sought, crossed: _Held, titles: _Held, acts: _Held, day: date) -> Followed:
    crossings = tuple(row for row in crossed.of(sought) if row.day <= day)
    held = titles.of(sought)
    history = History(
        citizenship=_citizenship(crossings, acts.of(sought), day),
        crossings=tuple(StayBound(row.day, row.direction == "entry") for row in crossings),
        visas=tuple(_visa(row) for row in held if row.kind == "visa"),
        residence_permits=tuple(_permits(held, "residence_permit")),
        work_permits=tuple(_permits(held, "work_permit")),
        eaeu_work=tuple(_permits(held, "eaeu_worker")),
        protection=tuple(_permits(held, "protection")),
    )
    return Followed(crossings, history)


def _citizenship(crossings: Sequence[Crossed], acts: Sequence[Any], day: date) -> str:
    """As the last crossing shows it, unless the person has become a citizen since."""
    past = [act for act in acts if act.day <= day]
    if past and past[-1].act == "acquired" and (not crossings or past[-1].day >= crossings[-1].day):
        return HOME
    return crossings[-1].citizenship if crossings else ""


def _permits(held: Iterable[Any], kind: str) -> Iterable[Permit]:
    return (Permit(row.valid_from, row.valid_until) for row in held if row.kind == kind)


def _visa(row: Any) -> VisaHeld:
    return VisaHeld(
        row.valid_from,
        row.valid_until,
        row.stay_days,
        _ENTRIES.get(row.entries),
        row.category,
        row.electronic,
        row.annulled_on,
        row.number,
    )
