"""Bans and violations are found by candidate keys of their names.

Expanding only: a process of the earlier version stores rows without keys, which are found by their exact name.
"""

import sqlalchemy as sa
from alembic import op

from shared.events.border_control import EntryBan
from shared.events.police import Violation
from shared.records.people import candidate_values

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FACTS: dict[str, type[EntryBan] | type[Violation]] = {"entry_ban": EntryBan, "violation": Violation}
PAGE = 1_000


def upgrade() -> None:
    for table in FACTS:
        op.add_column(table, sa.Column("name_keys", sa.ARRAY(sa.Text)))
        _backfill(table)
        op.create_index(f"{table}_name_keys", table, ["name_keys"], postgresql_using="gin")


def downgrade() -> None:
    for table in FACTS:
        op.drop_column(table, "name_keys")


def _backfill(table: str) -> None:
    """Page by page in order of ids: every record that is stored."""
    connection, fact = op.get_bind(), FACTS[table]
    page = sa.text(
        f"SELECT id, CAST(body AS text) AS body FROM {table}"  # noqa: S608 (names of ours)
        f" WHERE id > CAST(:after AS uuid) ORDER BY id LIMIT {PAGE}"
    )
    store = sa.text(f"UPDATE {table} SET name_keys = CAST(:keys AS text[]) WHERE id = :id")  # noqa: S608
    after = "00000000-0000-0000-0000-000000000000"
    while rows := connection.execute(page, {"after": after}).all():
        found = [{"id": row.id, "keys": candidate_values(fact.read(row.body).person)["name_keys"]} for row in rows]
        connection.execute(store, found)
        after = str(rows[-1].id)
