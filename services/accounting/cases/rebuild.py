"""All figures anew from the stored facts: what the batches computed step by step, computed at once.

The same functions tell who is who, classify and count; the result is the same to the last cell. It is built beside the
present figures, which stay readable, and takes their place in one moment. Meanwhile nobody else writes: the intake
stands by and then goes on where it was.
"""

import asyncio
from collections.abc import Callable

import asyncpg
import numpy as np

from services.accounting.rules.persons.identity import anchor, components, links, pairs
from services.accounting.rules.persons.people import Ints, Owned, assemble
from services.accounting.rules.residence.history import evidence_of
from services.accounting.store import bulk, coverage, derived, lock

Connection = asyncpg.Connection
Tell = Callable[[str], None]


async def rebuild(dsn: str, tell: Tell) -> None:
    """Has the intake stand by, then rebuilds. `dsn` is the owner's, who may make tables."""
    connection, beside = [await asyncpg.connect(dsn) for _ in range(2)]
    try:
        tell("waiting for the writer to stand by")
        await lock.relieve_writer(connection)
        async with connection.transaction():
            await derived.prepare(connection)
            await _build(connection, beside, tell)
            await derived.grant(connection)
            await derived.swap(connection)
        await lock.release(connection)
        tell("done: the new figures are in place")
        await derived.drop_former(connection)
    finally:
        await connection.close()
        await beside.close()


async def _build(connection: Connection, beside: Connection, tell: Tell) -> None:
    declared = await coverage.declared(connection)
    crossings, crossing_holdings = await bulk.crossings(connection, beside)
    told, other_holdings = await bulk.register_facts(connection)
    tell(f"read {len(crossings)} crossings and {len(other_holdings)} other facts")
    keys, person = await _identity(connection, np.concatenate((crossing_holdings, other_holdings)))
    tell(f"found {np.count_nonzero(keys == person)} persons by {len(keys)} keys")
    writing = asyncio.create_task(_write_keys(connection, keys, person))  # the server's work, while we do ours
    evidence, teller = evidence_of(told)
    travels, signs = Owned(crossings, anchor(crossing_holdings)), Owned(evidence, anchor(other_holdings[teller]))
    people, due = await asyncio.to_thread(assemble, keys, person, travels, signs, declared)
    cube = await asyncio.to_thread(people.tally)
    await writing
    tell(f"classified {len(crossings)} crossings into {len(cube.cells)} cells")
    await bulk.write_people(connection, people, due)
    await bulk.write_numbers(connection, "cube", {"cell": cube.cells, "count": cube.counts})
    await coverage.set_counted(connection, declared, schema=derived.NEXT)
    for table in ("person", "cube", "counted"):
        await derived.complete(connection, table)


async def _identity(connection: Connection, holdings: np.ndarray) -> tuple[Ints, Ints]:
    claims = await bulk.claims(connection)
    held = claims[np.isin(claims["key"], holdings["claim"])]
    return components(np.concatenate((pairs(holdings), links(held))))


async def _write_keys(connection: Connection, keys: Ints, person: Ints) -> None:
    await bulk.write_numbers(connection, "identity_key", {"key": keys, "person": person})
    await derived.complete(connection, "identity_key")
