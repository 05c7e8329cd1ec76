"""The epochs of an outbox (as PostgreSQL's timelines): a position is an event's only together with its epoch.

A register that is restored to an earlier moment, or whose standby is promoted without the last transactions, gives the
same positions to other events. So a new epoch begins wherever the outbox goes on in another life: another cluster
(`system_identifier`), another timeline (point-in-time recovery, promotion), another database or table (pg_restore).
A trigger looks at that before any event is appended, whoever asks looks as well, and what only an operator knows (a
file system set back under the server) is told by `python -m services.<register> new-epoch`.
"""

from sqlalchemy import BigInteger, Column, DateTime, Identity, MetaData, Table, Text, Uuid, func, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.revisions import AFTER_CREATE
from shared.events.epochs import Epoch

IN_ITS_EPOCH = (
    """
    CREATE FUNCTION outbox_life() RETURNS text LANGUAGE sql STABLE AS $$
        SELECT concat_ws('/', system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8),
            (SELECT oid FROM pg_database WHERE datname = current_database()), 'outbox'::regclass::oid)
        FROM pg_control_system()
    $$
    """,
    """
    CREATE FUNCTION outbox_in_its_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        known text;
        present text := outbox_life();
    BEGIN
        SELECT life INTO known FROM outbox_epoch ORDER BY number DESC LIMIT 1;
        IF known IS DISTINCT FROM present THEN
            INSERT INTO outbox_epoch (begins_after, life) SELECT
                CASE WHEN known IS NULL THEN 0 ELSE coalesce((SELECT max(position) FROM outbox), 0) END, present;
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER outbox_in_its_epoch BEFORE INSERT ON outbox
        FOR EACH STATEMENT EXECUTE FUNCTION outbox_in_its_epoch()
    """,
)
"""Statements for the migration that creates the table. Triggers fire by their names: `outbox_in_commit_order`, and its
lock, comes first."""


def epoch_table(metadata: MetaData) -> Table:
    """The epochs of the outbox, oldest first by `number`; `life` is what tells one from another (outbox_life())."""
    return Table(
        "outbox_epoch",
        metadata,
        Column("number", BigInteger, Identity(always=True), primary_key=True),
        Column("epoch", Uuid, nullable=False, server_default=func.gen_random_uuid()),
        Column("begins_after", BigInteger, nullable=False),
        Column("life", Text, nullable=False),
        Column("begun_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        info={AFTER_CREATE: IN_ITS_EPOCH},
    )


_EPOCHS = text("""
SELECT CAST(epoch AS text) AS id, begins_after AS after, life = outbox_life() AS present FROM outbox_epoch
ORDER BY number
""")
_LOOK = text("""
INSERT INTO outbox (type, subject, recordversion, recordwithdrawn, time, data)
SELECT '', '', 0, false, now(), '{}' WHERE false
""")  # no row, and all triggers of one
_BEGIN = text(
    "INSERT INTO outbox_epoch (begins_after, life) SELECT coalesce(max(position), 0), outbox_life() FROM outbox"
)


async def epochs(connection: AsyncConnection) -> list[Epoch]:
    """All epochs of the outbox, the present one last. Where that begins by this very question, the caller's transaction
    is committed: callers only read."""
    found = (await connection.execute(_EPOCHS)).all()
    if not found or not found[-1].present:
        await connection.execute(_LOOK)
        await connection.commit()
        found = (await connection.execute(_EPOCHS)).all()
    return [Epoch(row.id, row.after) for row in found]


async def begin(connection: AsyncConnection) -> Epoch:
    """A new epoch from here on, in the caller's transaction: for what the server itself does not notice."""
    await connection.execute(_LOOK)  # takes the order lock: nobody appends meanwhile
    await connection.execute(_BEGIN)
    return (await epochs(connection))[-1]
