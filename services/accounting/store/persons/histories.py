"""Persons' stored histories, for those who read them one by one or all in a stream."""

from collections.abc import AsyncIterator, Sequence

import asyncpg
import numpy as np

from services.accounting.rules.persons.people import People
from shared.events.portal import BorderCrossing

Connection = asyncpg.Connection

_ROWS = "SELECT person, keys, history, evidence, cells FROM linkage_derived.person"
_HOLDER = f"{_ROWS} WHERE person = (SELECT person FROM linkage_derived.identity_key WHERE key = $1)"  # noqa: S608

_ABOUT = f"""SELECT kind, source_id, person FROM (
    SELECT '{BorderCrossing.NAME}' AS kind, source_id, document, claim FROM linkage.crossing WHERE NOT withdrawn
    UNION ALL SELECT kind, source_id, document, claim FROM linkage.register_fact WHERE NOT withdrawn
) told JOIN linkage_derived.identity_key ON key = CASE document WHEN 0 THEN claim ELSE document END"""  # noqa: S608

# Who shows no number claims one of their own, which is the key's.
_CLAIMED = "SELECT key, number FROM linkage.claim WHERE key = ANY($1::bigint[]) AND number <> key"


async def everybody(connection: Connection, chunk: int) -> AsyncIterator[People]:
    """All persons of one moment, `chunk` of them at a time."""
    async with connection.transaction(readonly=True):
        rows = await connection.cursor(_ROWS)
        while found := await rows.fetch(chunk):
            yield People.unpacked(list(map(tuple, found)))


async def about_persons(connection: Connection, chunk: int) -> AsyncIterator[list[tuple[str, str, int]]]:
    """The records in effect about persons, `chunk` at a time: fact, the source's own number, person."""
    async with connection.transaction(readonly=True):
        rows = await connection.cursor(_ABOUT)
        while found := await rows.fetch(chunk):
            yield [(row[0], row[1], row[2]) for row in found]


async def one(connection: Connection, key: int) -> People:
    """The person who holds `key`, by which any present or former id leads to them; nobody if nobody holds it."""
    found = await connection.fetch(_HOLDER, key)
    return People.unpacked(list(map(tuple, found)))


async def source_ids(connection: Connection, facts: Sequence[int]) -> dict[int, str]:
    """The sources' own numbers of crossings."""
    found = await connection.fetch("SELECT fact, source_id FROM linkage.crossing WHERE fact = ANY($1::bigint[])", facts)
    return {row[0]: row[1] for row in found}


async def claimed_numbers(connection: Connection, keys: Sequence[int]) -> tuple[list[int], list[int]]:
    """Whom these identity keys name: the keyed hashes of the IINs that are claimed, and of the documents."""
    found = await connection.fetch(_CLAIMED, keys)
    iins, documents = ({row[1] for row in found if row[0] & 1 == kind} for kind in (1, 0))
    return sorted(iins), sorted(documents)


async def claimed_by(connection: Connection, persons: Sequence[int]) -> dict[int, tuple[list[int], list[int]]]:
    """`claimed_numbers` of each of these persons, by the person's id."""
    found = await connection.fetch(f"{_ROWS} WHERE person = ANY($1::bigint[])", persons)
    people = People.unpacked(list(map(tuple, found)))
    ends = np.cumsum(people.key_lengths)[:-1]
    keys = {int(id): own.tolist() for id, own in zip(people.ids, np.split(people.keys, ends), strict=True)}
    claims = await connection.fetch(_CLAIMED, people.keys.tolist())
    numbers = {id: (set[int](), set[int]()) for id in keys}
    holder = {key: id for id, own in keys.items() for key in own}
    for key, number in claims:
        numbers[holder[key]][0 if key & 1 else 1].add(number)
    return {id: (sorted(iins), sorted(documents)) for id, (iins, documents) in numbers.items()}


async def register_facts(connection: Connection, keys: Sequence[int]) -> list[tuple[int, str, str]]:
    """The other facts in effect that hold one of these keys: the fact's key, kind, body."""
    found = await connection.fetch(
        """SELECT fact, kind, body::text FROM linkage.register_fact
        WHERE (claim = ANY($1::bigint[]) OR document = ANY($1::bigint[])
            OR (former <> 0 AND former = ANY($1::bigint[])))
        AND NOT withdrawn ORDER BY kind, source_id""",
        keys,
    )
    return [(row[0], row[1], row[2]) for row in found]
