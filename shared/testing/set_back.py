"""A register as it is after its database was restored to an earlier moment, without the minutes that takes."""

from sqlalchemy import text

from shared import outbox
from shared.db.engine import make_engine
from shared.testing.api import Api

_FORGET = """
DELETE FROM outbox WHERE position > {position};
ALTER TABLE outbox ALTER COLUMN position RESTART WITH {next};
UPDATE relayed SET position = least(position, {position});
"""
_HANG_UP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> {own}"


async def set_back(register: Api, position: int, *tables: str) -> None:
    """The register holds of its events those up to `position`, and no record in `tables` that came after them; a new
    epoch has begun, and nobody is connected any more."""
    gone = "(SELECT CAST(subject AS uuid) FROM outbox WHERE position > {position})"
    statements = [f"DELETE FROM {table} WHERE id IN {gone}" for table in tables]  # noqa: S608
    await register.as_owner(";".join([*statements, _FORGET]).format(position=position, next=position + 1))
    engine = make_engine(register.database.app_url)
    async with engine.begin() as connection:
        await outbox.begin(connection)
        own = await connection.scalar(text("SELECT pg_backend_pid()"))
        await connection.execute(text(_HANG_UP.format(own=own)))
    await engine.dispose()
    await register.engine.dispose()
