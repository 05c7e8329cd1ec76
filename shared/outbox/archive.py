"""The archive of an outbox: pages of a thousand events, a row each, an array a column, which PostgreSQL compresses.

A register's outbox grows for as long as it lives, and everything in it must stay readable: a consumer that is added, or
made anew after a loss, begins at the first event. So what is old is moved, not deleted: into pages that the feed and
the relay read like rows (table.py), at about a tenth of the disk. Nobody needs to have taken an event before it is
archived, and nothing that is archived is gone (decision 0037).
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.json_text import JsonText
from shared.db.revisions import AFTER_CREATE

PAGE = 1_000  # events; their arrays are what a reader unpacks at a time
ARCHIVE_LOCK = 0x61726368  # "arch": one archives at a time

ARRAYS = "positions, types, subjects, recordversions, recordwithdrawns, times, traceparents, datas"
ROW = "position, type, subject, recordversion, recordwithdrawn, time, traceparent, data"

WHOLE = (
    f"""
    CREATE VIEW outbox_event AS
        SELECT {ROW}
        FROM outbox UNION ALL
    SELECT archived.* FROM outbox_page,
        unnest({ARRAYS})
        AS archived ({ROW})
    """,  # noqa: S608  (our own names)
    """
    DO $$
    DECLARE service text;
    BEGIN
        FOR service IN SELECT grantee FROM information_schema.role_table_grants
            WHERE table_name = 'outbox_event' AND privilege_type = 'INSERT' AND grantee <> current_user
        LOOP
            EXECUTE format('REVOKE INSERT ON outbox_event FROM %I', service);
        END LOOP;
    END $$
    """,
)
"""Statements for the migration that creates the table: the outbox with its archive, for whoever reads all of it. What
services may do with new tables (shared.db.grants) they may not do with a view."""

# One statement: a reader finds an event in its row or in its page, never in both and never in none.
_MOVE = text(f"""
WITH oldest AS MATERIALIZED (
    SELECT position FROM outbox WHERE position <= (SELECT max(position) FROM outbox) - :keep
    ORDER BY position LIMIT :page
), full_page AS (SELECT max(position) AS last FROM oldest HAVING count(*) = :page), moved AS (
    DELETE FROM outbox WHERE position <= (SELECT last FROM full_page) RETURNING *
)
INSERT INTO outbox_page (last, {ARRAYS})
SELECT max(position), {", ".join(f"array_agg({column} ORDER BY position)" for column in ROW.split(", "))} FROM moved
HAVING count(*) > 0
""")  # noqa: S608  (our own names)
_ALONE = text(f"SELECT pg_try_advisory_xact_lock({ARCHIVE_LOCK})")


def page_table(metadata: MetaData) -> Table:
    """`last` is the position of a page's last event; the arrays are parallel and in the order of `positions`."""
    return Table(
        "outbox_page",
        metadata,
        Column("last", BigInteger, primary_key=True, autoincrement=False),
        Column("positions", ARRAY(BigInteger), nullable=False),
        Column("types", ARRAY(Text), nullable=False),
        Column("subjects", ARRAY(Text), nullable=False),
        Column("recordversions", ARRAY(Integer), nullable=False),
        Column("recordwithdrawns", ARRAY(Boolean), nullable=False),
        Column("times", ARRAY(DateTime(timezone=True)), nullable=False),
        Column("traceparents", ARRAY(Text), nullable=False),
        Column("datas", ARRAY(JsonText), nullable=False),
        info={AFTER_CREATE: WHOLE},
    )


async def archive(owner: AsyncEngine, keep: int, page: int = PAGE) -> int:
    """Moves what lies before the newest `keep` positions into pages, each in a transaction of its own; how many events.

    By the role that owns the table: the services may not delete from it. What does not fill a page stays a row. It may
    be killed and repeated, and where another archives already it leaves the work to that one.
    """
    moved = 0
    while await _move_page(owner, keep, page):
        moved += page
    return moved


async def _move_page(owner: AsyncEngine, keep: int, page: int) -> bool:
    async with owner.begin() as connection:
        if not await connection.scalar(_ALONE):
            return False
        return (await connection.execute(_MOVE, {"keep": keep, "page": page})).rowcount > 0
