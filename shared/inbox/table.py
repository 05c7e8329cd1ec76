"""What a service remembers of the sources that it reads: how far, how lately to their ends, and what it set aside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import SchemaItem

from shared.db import grants
from shared.events.epochs import Stand
from shared.inbox.source import Place


def inbox_tables(metadata: MetaData) -> None:
    """Positions by transport and part; by source the moment up to which everything was read, and the newest position of
    its outbox that was, with its epoch (null: of a version that knew of none); and where events lie that were not
    taken, without their content."""
    Table(
        "inbox_position",
        metadata,
        Column("transport", Text, primary_key=True),
        Column("source", Text, primary_key=True),
        Column("part", Integer, primary_key=True, autoincrement=False),
        Column("position", BigInteger, nullable=False),
        info=grants.may("UPDATE", because="the position moves on"),
    )
    Table(
        "inbox_source",
        metadata,
        Column("source", Text, primary_key=True),
        Column("position", BigInteger, nullable=False),
        Column("current_at", DateTime(timezone=True)),
        Column("epoch", Text),
        info=grants.may("UPDATE", because="what is known of the source moves on"),
    )
    Table(
        "inbox_parked",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("source", Text, nullable=False),
        Column("reason", Text, nullable=False),  # holds nothing of the event's content
        Column("event", LargeBinary),  # as received, of earlier versions; personal data
        Column("parked_at", DateTime(timezone=True), nullable=False),
        Column("transport", Text),  # what carried it, and where it lies there
        Column("part", Integer),
        Column("position", BigInteger),
        Column("digest", LargeBinary),  # SHA-256, null where its bytes are not had
        Column("type", Text),  # null where it is not written as types are
        Column("resend", Boolean, nullable=False, server_default=text("false")),  # an operator has it read again
        Column("skipped_at", DateTime(timezone=True)),  # an operator said that it is not wanted
        info=grants.may(
            "UPDATE", "DELETE", because="operators skip it or send it again; what is taken at last is parked no more"
        ),
    )


def copy_table(metadata: MetaData, name: str, *columns: SchemaItem) -> Table:
    """The newest version of each record of one fact, by the record's id; `columns` are what the copier needs of it."""
    return Table(
        name,
        metadata,
        Column("id", Text, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("withdrawn", Boolean, nullable=False),
        *columns,
        info=grants.may("UPDATE", because="a newer version takes the place of the one before"),
    )


@dataclass(frozen=True, slots=True)
class Parked:
    """An event that was not taken, and where it lies; `id` is 0 for one that is not stored yet, `event` is what earlier
    versions kept of it."""

    type: str | None
    reason: str
    digest: bytes | None
    place: Place | None
    id: int = 0
    transport: str | None = None
    event: bytes | None = None


_POSITIONS = text("SELECT part, position FROM inbox_position WHERE transport = :transport AND source = :source")
_ADVANCE = text("""
INSERT INTO inbox_position (transport, source, part, position)
SELECT :transport, :source, * FROM unnest(CAST(:parts AS int[]), CAST(:positions AS bigint[]))
ON CONFLICT (transport, source, part) DO UPDATE SET position = excluded.position
""")
_STAND = text("SELECT epoch, position FROM inbox_source WHERE source = :source")
_REACH = text("""
INSERT INTO inbox_source (source, epoch, position) VALUES (:source, :epoch, :position)
ON CONFLICT (source) DO UPDATE SET epoch = excluded.epoch, position = excluded.position
""")
_CONFIRM = text("""
INSERT INTO inbox_source (source, position, current_at) VALUES (:source, 0, :at)
ON CONFLICT (source) DO UPDATE SET current_at = excluded.current_at
""")
_DOUBT = text("UPDATE inbox_source SET current_at = NULL WHERE source = :source")
_CURRENT = text("SELECT source, current_at FROM inbox_source WHERE current_at IS NOT NULL")
_PARK = text("""
INSERT INTO inbox_parked (transport, source, parked_at, type, reason, digest, part, position)
SELECT :transport, :source, now(), * FROM unnest(CAST(:types AS text[]), CAST(:reasons AS text[]),
    CAST(:digests AS bytea[]), CAST(:parts AS int[]), CAST(:places AS bigint[]))
""")
_PARKED = text("""
SELECT type, reason, digest, part, position, id, transport, event FROM inbox_parked
WHERE source = :source AND skipped_at IS NULL AND (resend OR NOT :sent_again) AND id > :after ORDER BY id LIMIT :limit
""")
_UNPARK = text("DELETE FROM inbox_parked WHERE id = ANY(CAST(:ids AS bigint[]))")
_UNPARK_ALL = text("DELETE FROM inbox_parked WHERE source = :source")
_KEEP_PARKED = text("UPDATE inbox_parked SET resend = false WHERE id = ANY(CAST(:ids AS bigint[]))")
_HOW_MANY = text("SELECT source, count(*) AS parked FROM inbox_parked WHERE skipped_at IS NULL GROUP BY source")


async def positions(connection: AsyncConnection, transport: str, source: str) -> dict[int, int]:
    """Where to go on reading, by part."""
    rows = await connection.execute(_POSITIONS, {"transport": transport, "source": source})
    return {row.part: row.position for row in rows}


async def advance(connection: AsyncConnection, transport: str, source: str, reached: Mapping[int, int]) -> None:
    """The source was read up to these positions."""
    parts = {"parts": list(reached), "positions": list(reached.values())}
    await connection.execute(_ADVANCE, {"transport": transport, "source": source, **parts})


async def stand(connection: AsyncConnection, source: str) -> Stand:
    """How far the source's outbox was read, and in which epoch."""
    row = (await connection.execute(_STAND, {"source": source})).one_or_none()
    return Stand(row.epoch, row.position) if row else Stand(None, 0)


async def reach(connection: AsyncConnection, source: str, reached: Stand) -> None:
    """The source's outbox was read up to here."""
    await connection.execute(_REACH, {"source": source, "epoch": reached.epoch, "position": reached.position})


async def doubt(connection: AsyncConnection, source: str) -> None:
    """What was read of the source is no longer what it holds: nobody decides by it."""
    await connection.execute(_DOUBT, {"source": source})


async def confirm(connection: AsyncConnection, source: str, at: datetime) -> None:
    """Everything that the source held at that moment was read."""
    await connection.execute(_CONFIRM, {"source": source, "at": at})


async def current_at(connection: AsyncConnection) -> dict[str, datetime]:
    """Up to which moment everything was read, by source."""
    return {row.source: row.current_at for row in await connection.execute(_CURRENT)}


async def park(connection: AsyncConnection, transport: str, source: str, events: Sequence[Parked]) -> None:
    """Sets events aside, to be looked at and tried again."""
    arrays = {
        "types": [each.type for each in events],
        "reasons": [each.reason for each in events],
        "digests": [each.digest for each in events],
        "parts": [each.place.part if each.place else None for each in events],
        "places": [each.place.position if each.place else None for each in events],
    }
    await connection.execute(_PARK, {"transport": transport, "source": source, **arrays})


async def parked(
    connection: AsyncConnection, source: str, limit: int, after: int = 0, *, sent_again: bool = False
) -> list[Parked]:
    """What is set aside of a source after that id, oldest first; only what an operator sent again, if so asked."""
    asked = {"source": source, "limit": limit, "after": after, "sent_again": sent_again}
    return [
        Parked(type, reason, digest, None if position is None else Place(part, position), id, transport, event)
        for type, reason, digest, part, position, id, transport, event in await connection.execute(_PARKED, asked)
    ]


async def unpark(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """These are set aside no more."""
    await connection.execute(_UNPARK, {"ids": list(ids)})


async def unpark_all(connection: AsyncConnection, source: str) -> None:
    """Nothing of the source is set aside any more: it is read anew."""
    await connection.execute(_UNPARK_ALL, {"source": source})


async def keep_parked(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """These were tried again, and stay."""
    await connection.execute(_KEEP_PARKED, {"ids": list(ids)})


async def how_many_parked(connection: AsyncConnection) -> dict[str, int]:
    """How many events are set aside, by source."""
    return {row.source: row.parked for row in await connection.execute(_HOW_MANY)}
