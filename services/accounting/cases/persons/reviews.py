"""Doubts about identity that only a person can settle."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.accounting.cases.persons.logged import subjects
from services.accounting.cases.persons.sides import pair_id
from services.accounting.cases.residence.classification import pseudonym
from services.accounting.store.persons import histories
from services.accounting.store.persons import reviews as store
from services.accounting.store.persons.reviews import FIRST, DoubtRow, Place, Reason
from shared.audit import access_log
from shared.audit.access_log import Subject
from shared.db.driver import driver
from shared.http.paging import after, cursor_at, page
from shared.identity.callers import Caller


class Doubt(BaseModel):
    """Two claims, of which records give one holder each, and whose holders are in doubt."""

    id: str = Field(description="both claims, by which `/v1/reviews/{id}` shows them side by side")
    number: str | None = Field(
        description="pseudonym of the document's number or the IIN that both claim; null where that is not one number"
    )
    reason: Reason = Field(
        description="`several_persons` are kept apart, in doubt; `attributes_differ`: one person's records give "
        "another sex or birth date; `word_not_followed`: a reviewer's word that records or other words stand against; "
        "`alike`: names and birth dates speak for one person, though not enough; `alike_but_vetoed`: they do, and two "
        "IINs or crossings that no one person makes speak against it"
    )
    found_at: datetime
    persons: list[str]
    records: list[str] = Field(description="the sources' numbers of the records where each claim was first made")


class Doubts(BaseModel):
    """A page of open doubts; `next` is the cursor of the page after it."""

    items: list[Doubt]
    next: str | None


async def reviews(engine: AsyncEngine, cursor: str | None, limit: int, caller: Caller) -> Doubts:
    """Open doubts after the cursor; whoever is shown is logged."""
    place: Place = after(cursor, int, int, int) or FIRST
    async with engine.begin() as connection:
        found, more = page(await store.still_open(connection, place, limit + 1), limit)
        await access_log.log_search(connection, caller, "person", await _whom(connection, found))
    last = cursor_at(found[-1].number, found[-1].one, found[-1].other) if more else None
    return Doubts(items=list(map(_told, found)), next=last)


async def _whom(connection: AsyncConnection, shown: Sequence[DoubtRow]) -> list[tuple[str, Subject]]:
    """Everybody whose number is in doubt, as the log names persons: by the IINs or else the documents they claim."""
    persons = sorted({person for doubt in shown for person in doubt.persons})
    numbers = await histories.claimed_by(await driver(connection), persons) if persons else {}
    return [(pseudonym(person), subject) for person, claimed in numbers.items() for subject in subjects(*claimed)]


def _told(doubt: DoubtRow) -> Doubt:
    return Doubt(
        id=pair_id(doubt.one, doubt.other),
        number=pseudonym(doubt.number) if doubt.number else None,
        reason=doubt.reason,
        found_at=doubt.found_at,
        persons=[pseudonym(person) for person in doubt.persons],
        records=doubt.records,
    )
