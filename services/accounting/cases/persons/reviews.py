"""Doubts about identity that only a person can settle."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.accounting.cases.persons.logged import subjects
from services.accounting.cases.residence.classification import pseudonym
from services.accounting.store.persons import histories
from services.accounting.store.persons import reviews as store
from services.accounting.store.persons.reviews import DoubtRow
from shared.audit import access_log
from shared.audit.access_log import Subject
from shared.db.driver import driver
from shared.http.paging import after, cursor_at, page
from shared.identity.callers import Caller

LARGEST = 2**63 - 1


class Doubt(BaseModel):
    """A number of a document, or an IIN, whose holder is in doubt."""

    number: str = Field(description="pseudonym of the document's number or the IIN")
    reason: Literal["several_persons", "attributes_differ"] = Field(
        description="several persons are kept apart, in doubt; or one person's records give another sex or birth date"
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
    (last,) = after(cursor, int) or (0,)
    async with engine.begin() as connection:
        found, more = page(await store.still_open(connection, min(last, LARGEST), limit + 1), limit)
        await access_log.log_search(connection, caller, "person", await _whom(connection, found))
    return Doubts(items=list(map(_told, found)), next=cursor_at(found[-1].number) if more else None)


async def _whom(connection: AsyncConnection, shown: Sequence[DoubtRow]) -> list[tuple[str, Subject]]:
    """Everybody whose number is in doubt, as the log names persons: by the IINs or else the documents they claim."""
    persons = sorted({person for doubt in shown for person in doubt.persons})
    numbers = await histories.claimed_by(await driver(connection), persons) if persons else {}
    return [(pseudonym(person), subject) for person, claimed in numbers.items() for subject in subjects(*claimed)]


def _told(doubt: DoubtRow) -> Doubt:
    return Doubt(
        number=pseudonym(doubt.number),
        reason="several_persons" if doubt.several else "attributes_differ",
        found_at=doubt.found_at,
        persons=[pseudonym(person) for person in doubt.persons],
        records=doubt.records,
    )
