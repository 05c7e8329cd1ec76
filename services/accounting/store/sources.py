"""How far each source was read and what came of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import asyncpg

from services.accounting.rules.rows import ParkedRow

Connection = asyncpg.Connection


async def positions(connection: Connection, transport: str, source: str) -> dict[int, int]:
    """Where to go on reading, by part."""
    found = await connection.fetch(
        "SELECT part, position FROM source_position WHERE transport = $1 AND source = $2", transport, source
    )
    return {row[0]: row[1] for row in found}


async def advance(connection: Connection, transport: str, source: str, positions: Mapping[int, int]) -> None:
    await connection.execute(
        """INSERT INTO source_position (transport, source, part, position)
        SELECT $1, $2, * FROM unnest($3::int[], $4::bigint[])
        ON CONFLICT (transport, source, part) DO UPDATE SET position = excluded.position""",
        transport,
        source,
        list(positions),
        list(positions.values()),
    )


async def note(
    connection: Connection, source: str, *, seen: int, repeated: int, position: int, newest: datetime | None
) -> None:
    """Adds to what was seen of a source; `position` and `newest` are those of the newest event of a batch."""
    await connection.execute(
        """INSERT INTO source_state AS held (source, seen, repeated, position, newest, counted_at)
        VALUES ($1, $2, $3, $4, $5, now())
        ON CONFLICT (source) DO UPDATE SET seen = held.seen + excluded.seen, counted_at = excluded.counted_at,
            repeated = held.repeated + excluded.repeated,
            newest = CASE WHEN excluded.position > held.position THEN excluded.newest ELSE held.newest END,
            position = greatest(held.position, excluded.position)""",
        source,
        seen,
        repeated,
        position,
        newest,
    )


async def park(connection: Connection, source: str, events: Sequence[ParkedRow]) -> None:
    """Sets events aside, to be looked at and sent again."""
    await connection.execute(
        """INSERT INTO parked_event (source, type, reason, event, parked_at, resend)
        SELECT $1, *, now(), false FROM unnest($2::text[], $3::text[], $4::bytea[])""",
        source,
        *map(list, zip(*events, strict=True)),
    )
