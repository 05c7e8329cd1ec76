"""Doubts about identity that only a person can settle."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from services.accounting.cases.residence.classification import pseudonym
from services.accounting.store.persons import reviews as store
from shared.audit import access_log
from shared.identity.callers import Caller


@dataclass(frozen=True)
class Doubt:
    """An IIN, as a pseudonym, that several persons claim; `records` are the sources' numbers where each was said."""

    number: str
    found_at: datetime
    persons: list[str]
    records: list[str]


async def reviews(engine: AsyncEngine, after: int, limit: int, caller: Caller) -> list[Doubt]:
    """Open doubts with a number greater than `after`; whoever is shown is logged."""
    async with engine.begin() as connection:
        found = await store.still_open(connection, after, limit)
        shown = [(pseudonym(person), None) for doubt in found for person in doubt.persons]
        await access_log.log_search(connection, caller, "person", shown)
    return [
        Doubt(pseudonym(doubt.number), doubt.found_at, [pseudonym(p) for p in doubt.persons], doubt.records)
        for doubt in found
    ]
