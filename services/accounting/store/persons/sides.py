"""What is known of a claim beside its number: the records in effect that hold it."""

from collections.abc import Sequence
from typing import NamedTuple

import asyncpg

from shared.events.portal import BorderCrossing

Connection = asyncpg.Connection

MOST = 20
"""Records that are shown of a claim at most."""


class Holding(NamedTuple):
    """A record that holds a claim: `day` since 1970, 0 where it shows none; `citizen` as dimensions.country_code, or
    what a register wrote."""

    kind: str
    source_id: str
    day: int
    citizen: int
    citizenship: str | None


async def records(connection: Connection, key: int, crossings: Sequence[int]) -> list[Holding]:
    """The newest records that hold the claim; `crossings` are all facts of whoever holds it that are crossings."""
    found = await connection.fetch(
        f"""SELECT '{BorderCrossing.NAME}' AS kind, source_id, day, citizen, NULL AS citizenship FROM linkage.crossing
        WHERE fact = ANY($2::bigint[]) AND $1 IN (claim, document) AND NOT withdrawn
        UNION ALL SELECT kind, source_id, day, 0, body->>'citizenship' FROM linkage.register_fact
        WHERE (claim = $1 OR document = $1 OR (former <> 0 AND former = $1)) AND NOT withdrawn
        ORDER BY day DESC, kind, source_id LIMIT {MOST}""",  # noqa: S608
        key,
        crossings,
    )
    return [Holding(*row) for row in found]
