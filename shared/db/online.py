"""Steps of migrations that take their time, made while the service reads and writes (decision 0039).

Each is outside the migration's transaction, and may be repeated: an attempt that ended in the middle begins anew.
"""

from typing import Final

from alembic import op
from sqlalchemy import text

PATIENCE: Final = "10min"
"""For the transactions under way that an index waits for. It holds up nobody meanwhile."""
INVALID = text("SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")


def create_index(name: str, table: str, on: str, *, schema: str = "public") -> None:
    """`CREATE INDEX CONCURRENTLY name ON table`, where it is not there; `on` is what follows, as in
    `(citizenship, id)` or `USING brin (crossed_at)`."""
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        former = connection.scalar(text("SHOW lock_timeout"))
        connection.execute(text(f"SET lock_timeout = '{PATIENCE}'"))
        if connection.scalar(INVALID, {"name": f"{schema}.{name}"}):  # what a failed attempt left
            connection.execute(text(f"DROP INDEX CONCURRENTLY {schema}.{name}"))
        connection.execute(text(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {schema}.{table} {on}"))
        connection.execute(text(f"SET lock_timeout = '{former}'"))


def execute(statement: str, **parameters: object) -> None:
    """A backfill: its locks on rows end with it. Repeated, it finds nothing left to do."""
    with op.get_context().autocommit_block():
        op.get_bind().execute(text(statement), parameters)
