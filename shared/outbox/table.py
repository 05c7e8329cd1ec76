"""The outbox: events committed with their record, in an order that a reader can trust.

Identities are drawn before commit, so a reader of "position > last seen" would lose a row whose transaction commits
late. Here a statement trigger takes one advisory lock before the first position is drawn and the transaction holds it
until it ends: positions become visible in their order. Appending is therefore the last statement of a unit of work.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Identity, Integer, MetaData, Table, Text, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import grants
from shared.db.driver import copy_rows
from shared.db.json_text import JsonText
from shared.db.revisions import AFTER_CREATE
from shared.events.envelope import Event
from shared.outbox.archive import ARRAYS, ROW, page_table
from shared.outbox.epoch import epoch_table

ORDER_LOCK = 0x6B6F7368  # "kosh"; advisory locks are per database

IN_COMMIT_ORDER = (
    f"""
    CREATE FUNCTION outbox_in_commit_order() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock({ORDER_LOCK});
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER outbox_in_commit_order BEFORE INSERT ON outbox
        FOR EACH STATEMENT EXECUTE FUNCTION outbox_in_commit_order()
    """,
)
"""Statements for the migration that creates the table."""


def outbox_table(metadata: MetaData) -> Table:
    """position, and the attributes and data of one CloudEvent a row. Never deleted, only moved to the archive: it is
    the feed. Beside it, its epochs and its archive."""
    table = Table(
        "outbox",
        metadata,
        Column("position", BigInteger, Identity(always=True), primary_key=True),
        Column("type", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("recordversion", Integer, nullable=False),
        Column("recordwithdrawn", Boolean, nullable=False),
        Column("time", DateTime(timezone=True), nullable=False),
        Column("traceparent", Text),
        Column("data", JsonText, nullable=False),
        info={AFTER_CREATE: IN_COMMIT_ORDER},
    )
    epoch_table(metadata)
    page_table(metadata)
    return table


def relay_table(metadata: MetaData) -> Table:
    """How far the relay has published to a topic; `transport` is the topic's name."""
    return Table(
        "relayed",
        metadata,
        Column("transport", Text, primary_key=True),
        Column("position", BigInteger, nullable=False),
        info=grants.may("UPDATE", because="the position moves on"),
    )


_COLUMNS = ("type", "subject", "recordversion", "recordwithdrawn", "time", "traceparent", "data")

# A time that this program's calendar does not hold must not end the reading of all that follow.
_READ = """type, subject, recordversion, recordwithdrawn,
    greatest(least(time, '9999-12-30 00:00+00'), '0001-01-03 00:00+00') AS time, traceparent,
    CAST(data AS text) AS data"""
_AFTER = text(f"SELECT position, {_READ} FROM outbox_event WHERE position > :after ORDER BY position LIMIT :limit")  # noqa: S608

LOOK = 10_000  # events looked at for those of some types, at most: who asks goes on from there

# In one statement, which sees an event either in its row or in its page. A page is only looked for by its key: where
# none is left after the position, which is nearly always, that costs nothing.
_OF_TYPES = text(f"""
WITH page AS MATERIALIZED (SELECT last FROM outbox_page WHERE last > :after ORDER BY last LIMIT 1),
looked AS MATERIALIZED (
    (SELECT position, type FROM outbox WHERE position > :after AND NOT EXISTS (SELECT FROM page)
        ORDER BY position LIMIT :look)
    UNION ALL
    SELECT archived.* FROM page JOIN outbox_page USING (last), unnest(positions, types) AS archived (position, type)
        WHERE position > :after
), wanted AS MATERIALIZED (
    SELECT position FROM looked WHERE type = ANY(CAST(:types AS text[])) ORDER BY position LIMIT :limit
), reach AS (
    SELECT CASE WHEN (SELECT count(*) FROM wanted) < :limit THEN max(position)
        ELSE (SELECT max(position) FROM wanted) END AS reached FROM looked
), told AS (
    SELECT {ROW} FROM wanted JOIN outbox USING (position)
    UNION ALL
    SELECT {ROW} FROM page JOIN outbox_page USING (last), unnest({ARRAYS}) AS archived ({ROW})
        JOIN wanted USING (position)
)
SELECT reached, position, {_READ} FROM reach LEFT JOIN told ON true ORDER BY position
""")  # noqa: S608  (our own names)
_RELAYED = text("SELECT transport, position FROM relayed WHERE transport = ANY(CAST(:topics AS text[]))")


async def append(connection: AsyncConnection, events: Sequence[Event], trace: str | None = None) -> None:
    """Adds `events` in their order, in one statement; one without a trace of its own belongs to `trace`. Joins the
    caller's transaction and never commits."""
    rows = [
        (e.type, e.subject, e.recordversion, e.recordwithdrawn, e.time, e.traceparent or trace, e.data) for e in events
    ]
    await copy_rows(connection, "outbox", _COLUMNS, rows)


async def read_after(connection: AsyncConnection, position: int, limit: int) -> list[tuple[int, Event]]:
    """Up to `limit` committed events after `position`, oldest first, each with its own position."""
    rows = await connection.execute(_AFTER, {"after": position, "limit": limit})
    return [(row.position, _event(row)) for row in rows]


async def look_through(
    connection: AsyncConnection, position: int, limit: int, types: Sequence[str]
) -> tuple[list[tuple[int, Event]], int]:
    """Up to `limit` events of `types` after `position`, and the position to go on from: LOOK events are looked at."""
    asked = {"after": position, "limit": limit, "look": max(limit, LOOK), "types": types}
    found = (await connection.execute(_OF_TYPES, asked)).all()
    events = [(row.position, _event(row)) for row in found if row.position is not None]
    return events, found[0].reached or position


def _event(row: Any) -> Event:
    return Event(row.type, row.subject, row.recordversion, row.time, row.data, row.recordwithdrawn, row.traceparent)


async def newest(connection: AsyncConnection) -> int:
    """The position of the newest event, 0 in an empty outbox."""
    return (await connection.scalar(text("SELECT coalesce(max(position), 0) FROM outbox"))) or 0


async def size(connection: AsyncConnection) -> int:
    """Bytes of disk that the outbox takes with its archive, indexes and long values (TOAST) included."""
    taken = text("SELECT pg_total_relation_size('outbox') + pg_total_relation_size('outbox_page')")
    return (await connection.scalar(taken)) or 0


async def relayed(connection: AsyncConnection, topics: Sequence[str]) -> dict[str, int]:
    """By topic the position up to which the broker has acknowledged what belongs there, 0 before the first."""
    rows = await connection.execute(_RELAYED, {"topics": list(topics)})
    return dict.fromkeys(topics, 0) | {row.transport: row.position for row in rows}
