"""How far each source was read and what came of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import asyncpg

from services.accounting.rules.rows import ParkedMessage, ParkedRow
from shared.events.epochs import Stand

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


async def stand(connection: Connection, source: str) -> Stand:
    """How far the source's outbox was read, and in which epoch."""
    row = await connection.fetchrow("SELECT epoch, position FROM source_state WHERE source = $1", source)
    return Stand(*row) if row else Stand(None, 0)


async def note(
    connection: Connection,
    source: str,
    *,
    seen: int,
    repeated: int,
    position: int,
    newest: datetime | None,
    epoch: str | None = None,
) -> None:
    """Adds to what was seen of a source; `position` and `newest` are those of the newest event of a batch, `epoch` that
    of its positions."""
    await connection.execute(
        """INSERT INTO source_state AS held (source, seen, repeated, position, newest, epoch, counted_at)
        VALUES ($1, $2, $3, $4, $5, $6, now())
        ON CONFLICT (source) DO UPDATE SET seen = held.seen + excluded.seen, counted_at = excluded.counted_at,
            repeated = held.repeated + excluded.repeated, epoch = coalesce(excluded.epoch, held.epoch),
            newest = CASE WHEN excluded.position > held.position THEN excluded.newest ELSE held.newest END,
            position = greatest(held.position, excluded.position)""",
        source,
        seen,
        repeated,
        position,
        newest,
        epoch,
    )


async def begin_anew(
    connection: Connection, source: str, stand: Stand, *, seen: int, repeated: int, newest: datetime | None
) -> None:
    """What was seen of a source is this and nothing else: its events were all read anew, up to `stand`."""
    await connection.execute(
        """INSERT INTO source_state (source, epoch, position, seen, repeated, newest, counted_at)
        VALUES ($1, $2, $3, $4, $5, $6, now())
        ON CONFLICT (source) DO UPDATE SET epoch = excluded.epoch, position = excluded.position, seen = excluded.seen,
            repeated = excluded.repeated, newest = excluded.newest, counted_at = excluded.counted_at, stopped = NULL,
            went_back = false""",
        source,
        *stand,
        seen,
        repeated,
        newest,
    )


async def forget_parked(connection: Connection, source: str) -> None:
    """Nothing is set aside of a source any more: its events are read anew."""
    await connection.execute("DELETE FROM parked_event WHERE source = $1", source)


async def counted_at(connection: Connection) -> datetime | None:
    """When the newest batch of any source was committed to the figures."""
    newest: datetime | None = await connection.fetchval("SELECT max(counted_at) FROM source_state")
    return newest


async def park(connection: Connection, transport: str, source: str, events: Sequence[ParkedRow]) -> None:
    """Sets events aside, to be looked at and sent again."""
    await connection.execute(
        """INSERT INTO parked_event (transport, source, type, reason, digest, part, position, parked_at, resend)
        SELECT $1, $2, *, now(), false
        FROM unnest($3::text[], $4::text[], $5::bytea[], $6::int[], $7::bigint[])""",
        transport or None,
        source,
        *map(list, zip(*events, strict=True)),
    )


async def unpark(connection: Connection, ids: Sequence[int]) -> None:
    """Forgets parked events that are taken up again."""
    await connection.execute("DELETE FROM parked_event WHERE id = ANY($1::bigint[])", ids)


async def to_resend(connection: Connection, source: str, most: int) -> list[ParkedMessage]:
    """Parked events of the source that were sent again, oldest first, all of one transport."""
    found = await connection.fetch(
        """WITH asked AS (SELECT * FROM parked_event WHERE resend AND source = $1)
        SELECT id, transport, part, position FROM asked
        WHERE transport IS NOT DISTINCT FROM (SELECT transport FROM asked ORDER BY id LIMIT 1) ORDER BY id LIMIT $2""",
        source,
        most,
    )
    return [ParkedMessage(*row) for row in found]


async def not_found(connection: Connection, ids: Sequence[int]) -> None:
    """Parked events that are sent again no more: nothing lies where they were."""
    await connection.execute(
        """UPDATE parked_event SET resend = false, reason = 'no longer where it was; ' || reason
        WHERE id = ANY($1::bigint[])""",
        ids,
    )


async def resume(connection: Connection, source: str | None) -> None:
    """Reading of the source, or of all, goes on where it was stopped."""
    await connection.execute("UPDATE source_state SET stopped = NULL WHERE source = coalesce($1, source)", source)


async def stop(connection: Connection, source: str, reason: str, *, went_back: bool = False) -> None:
    """Reading of the source ends until it is resumed; until it was read anew where it went back."""
    query = "UPDATE source_state SET stopped = $2, went_back = went_back OR $3 WHERE source = $1"
    await connection.execute(query, source, reason, went_back)


async def stopped(connection: Connection) -> set[str]:
    """The sources whose reading was stopped."""
    return {row[0] for row in await connection.fetch("SELECT source FROM source_state WHERE stopped IS NOT NULL")}


async def read_to(connection: Connection) -> dict[str, int]:
    """The newest position that was seen of each source."""
    return dict(map(tuple, await connection.fetch("SELECT source, position FROM source_state ORDER BY source")))
