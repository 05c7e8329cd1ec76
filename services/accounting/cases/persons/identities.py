"""Which records are taken for one person's: every record in effect about a person, with the person's pseudonym."""

from collections.abc import AsyncIterator

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from services.accounting.cases.residence.classification import pseudonym
from services.accounting.store.persons import histories
from shared.audit import access_log
from shared.db.driver import driver
from shared.events.catalogue import FACTS
from shared.identity.callers import Caller

CHUNK = 20_000  # records at once: bounds memory

_SOURCE = {fact.NAME: fact.PRODUCER for fact in FACTS.values()}


async def note(engine: AsyncEngine, caller: Caller) -> None:
    """Logs for everybody who reads whom all records are about, before the first line goes out."""
    async with engine.begin() as connection:
        await access_log.log_everybody(connection, caller, "identity")


async def identities(engine: AsyncEngine) -> AsyncIterator[bytes]:
    """One line of JSON per record, in no particular order, all of one moment."""
    async with engine.connect() as connection:
        async for records in histories.about_persons(await driver(connection), CHUNK):
            yield b"".join(_line(*record) for record in records)


def _line(fact: str, source_id: str, person: int) -> bytes:
    told = {"source": _SOURCE[fact], "fact": fact, "source_id": source_id, "person": pseudonym(person)}
    return orjson.dumps(told) + b"\n"
