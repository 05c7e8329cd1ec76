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


def inbox_tables(metadata: MetaData) -> None:
    """Positions by transport and part; by source the moment up to which everything was read, and the newest position of
    its outbox that was, with its epoch (null: of a version that knew of none); and events that were not understood, as
    received."""
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
        Column("event", LargeBinary, nullable=False),
        Column("parked_at", DateTime(timezone=True), nullable=False),
        info=grants.may("DELETE", because="what is understood at last is parked no more"),
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
    """An event that was not understood; `id` is 0 for one that is not stored yet."""

    reason: str
    event: bytes
    id: int = 0


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
INSERT INTO inbox_parked (source, reason, event, parked_at)
SELECT :source, *, now() FROM unnest(CAST(:reasons AS text[]), CAST(:events AS bytea[]))
""")
_PARKED = text("SELECT reason, event, id FROM inbox_parked WHERE source = :source ORDER BY id")
_UNPARK = text("DELETE FROM inbox_parked WHERE id = ANY(CAST(:ids AS bigint[]))")
_HOW_MANY = text("SELECT source, count(*) AS parked FROM inbox_parked GROUP BY source")


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


async def park(connection: AsyncConnection, source: str, events: Sequence[Parked]) -> None:
    """Sets events aside, to be looked at and tried again."""
    arrays = {"reasons": [each.reason for each in events], "events": [each.event for each in events]}
    await connection.execute(_PARK, {"source": source, **arrays})


async def parked(connection: AsyncConnection, source: str) -> list[Parked]:
    """What is set aside of a source, oldest first."""
    return [Parked(*row) for row in await connection.execute(_PARKED, {"source": source})]


async def unpark(connection: AsyncConnection, ids: Sequence[int]) -> None:
    await connection.execute(_UNPARK, {"ids": list(ids)})


async def how_many_parked(connection: AsyncConnection) -> dict[str, int]:
    """How many events are set aside, by source."""
    return {row.source: row.parked for row in await connection.execute(_HOW_MANY)}
