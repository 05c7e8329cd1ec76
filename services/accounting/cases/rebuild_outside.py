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
from services.accounting.cases.rebuild import RebuiltFigures, Tell, Versions, rebuild
from services.accounting.rules.releases.versions import METHOD_VERSIONS
from services.accounting.store import bulk, derived
from services.accounting.store.bulk import PackedPerson

Connection = asyncpg.Connection


class Outcome(NamedTuple):
    """What an engine has computed: `people` packed, many at a time, and what is counted beside them."""

    people: Iterator[list[PackedPerson]]
    counted: RebuiltFigures


class Engine(Sink, Protocol):
    """Takes all facts, then computes."""

    async def compute(self, extent: Extent, versions: Versions, tell: Tell) -> Outcome:
        """After the last of the facts."""


async def rebuild_outside(dsn: str, engine: Engine, tell: Tell, versions: Versions = METHOD_VERSIONS) -> None:
    """Rebuilds with what `engine` computes. `dsn` is the owner's, who may make tables."""

    async def build(connection: Connection, _: Connection, versions: Versions, tell: Tell) -> RebuiltFigures:
        extent = await stream(connection, engine)
        tell("handed the facts over")
        outcome = await engine.compute(extent, versions, tell)
        for rows in outcome.people:
            await _write(connection, rows)
        await derived.complete(connection, "identity_key")
        return outcome.counted

    await rebuild(dsn, tell, versions, build)


async def _write(connection: Connection, rows: list[PackedPerson]) -> None:
    """Persons, and the keys that lead to them."""
    held = [np.frombuffer(row[1], np.int64) for row in rows]
    person = np.repeat([row[0] for row in rows], [len(keys) for keys in held])
    await bulk.write_numbers(connection, "identity_key", {"key": np.concatenate(held), "person": person})
    await bulk.write_packed(connection, rows)
