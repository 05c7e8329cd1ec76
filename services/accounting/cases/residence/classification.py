"""Every border crossing in effect with what the method says of it: now, or as an earlier end of observation saw it."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import date

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from services.accounting.rules.figures.dimensions import day_number, day_of
from services.accounting.rules.persons.people import People
from services.accounting.rules.residence.outcome import Verdict
from services.accounting.rules.residence.reckoning import Coverage, classify_people
from services.accounting.store import coverage
from services.accounting.store.persons import final_changes, histories
from shared.audit import access_log
from shared.db.driver import driver
from shared.errors import Fault, Invalid
from shared.identity.callers import Caller

CHUNK = 5_000  # persons at once: bounds memory


async def vintage(engine: AsyncEngine, obs_end: date | None) -> Coverage | None:
    """The coverage by which an earlier vintage is to be reckoned; None for the present one. Raises Invalid."""
    if obs_end is None:
        return None
    async with engine.connect() as connection:
        counted = await coverage.counted(await driver(connection))
    if day_number(obs_end) > counted.obs_end:
        reach = f"the figures reach to {day_of(counted.obs_end)}" if counted.obs_end else "no period is covered yet"
        raise Invalid("That vintage does not exist yet.", faults=[Fault("/obs_end", f"Is too late: {reach}.")])
    return None if day_number(obs_end) == counted.obs_end else Coverage(counted.register_start, day_number(obs_end))


async def note(engine: AsyncEngine, caller: Caller) -> None:
    """Logs who reads everybody's crossings, before the first line goes out."""
    async with engine.begin() as connection:
        await access_log.log_everybody(connection, caller, "classification")


async def classifications(
    engine: AsyncEngine, seen_from: Coverage | None, says: Callable[[int], Verdict]
) -> AsyncIterator[bytes]:
    """One line of JSON per crossing, some persons at a time, in no particular order. `says` is the method's."""
    async with engine.connect() as connection:
        direct = await driver(connection)
        async for people in histories.everybody(direct, CHUNK):
            source_ids = await histories.source_ids(direct, people.crossings["fact"].tolist())
            changes = await final_changes.of(direct, people.crossings["fact"].tolist())
            overturned = {each.fact: each.cause.name.lower() for each in changes}
            yield b"".join(_lines(people, seen_from, source_ids, overturned, says))


def _lines(
    people: People,
    seen_from: Coverage | None,
    source_ids: dict[int, str],
    overturned: dict[int, str],
    says: Callable[[int], Verdict],
) -> Iterator[bytes]:
    crossings = people.crossings
    states = crossings["state"]
    if seen_from:
        states = classify_people(crossings, people.lengths, people.evidence, people.evidence_lengths, seen_from).states
    of_each = zip(crossings["fact"].tolist(), people.holder_of_crossing().tolist(), states.tolist(), strict=True)
    for fact, person, state in of_each:
        said = says(state)._asdict() | {"overturned": overturned.get(fact)}
        yield orjson.dumps({"source_id": source_ids[fact], "person": pseudonym(person), **said}) + b"\n"


def pseudonym(person: int) -> str:
    """A person's id as it is shown: 16 hexadecimal digits, since many readers of JSON round long numbers."""
    return f"{person:016x}"
