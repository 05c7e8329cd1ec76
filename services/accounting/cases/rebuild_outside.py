"""The rebuild whose reckoning an engine outside does, on as many machines as it has, with the same array functions.

Facts go out, persons and cells come back, and take the place of the present ones as those of `rebuild` do: under the
same lock, in one transaction, by the same swap. Nothing can have come since the facts were read, for the intake stands
by; it then reads on from the position that it has.
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import asyncpg
import numpy as np

from services.accounting.cases.export import Extent, Sink, stream
from services.accounting.cases.rebuild import Tell, rebuild, write_figures
from services.accounting.rules.figures.movements import Tally
from services.accounting.store import bulk, derived
from services.accounting.store.bulk import PackedPerson

Connection = asyncpg.Connection


class Outcome(NamedTuple):
    """What an engine has computed: `people` packed, many at a time; the cube; the numbers for a reviewer."""

    people: Iterator[list[PackedPerson]]
    cube: Tally
    doubtful: list[int]


class Engine(Sink, Protocol):
    """Takes all facts, then computes."""

    async def compute(self, extent: Extent, tell: Tell) -> Outcome:
        """After the last of the facts."""


async def rebuild_outside(dsn: str, engine: Engine, tell: Tell) -> None:
    """Rebuilds with what `engine` computes. `dsn` is the owner's, who may make tables."""

    async def build(connection: Connection, _: Connection, tell: Tell) -> None:
        extent = await stream(connection, engine)
        tell("handed the facts over")
        outcome = await engine.compute(extent, tell)
        for rows in outcome.people:
            await _write(connection, rows)
        await write_figures(connection, outcome.cube, extent.coverage, outcome.doubtful)
        for table in derived.SCHEMAS:
            await derived.complete(connection, table)

    await rebuild(dsn, tell, build)


async def _write(connection: Connection, rows: list[PackedPerson]) -> None:
    """Persons, and the keys that lead to them."""
    held = [np.frombuffer(row[1], np.int64) for row in rows]
    person = np.repeat([row[0] for row in rows], [len(keys) for keys in held])
    await bulk.write_numbers(connection, "identity_key", {"key": np.concatenate(held), "person": person})
    await bulk.write_packed(connection, rows)
