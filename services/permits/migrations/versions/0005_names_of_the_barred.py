"""Copies of entry bans hold a digest of the name and birth date, as it is handed over from now on, and no name.

In one step: no process of an earlier version may run beside it, which before the first production costs nothing.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE entry_ban SET name_birth_key = encode(sha256(convert_to(name_birth_key, 'UTF8')), 'hex')"
        " WHERE name_birth_key IS NOT NULL"
    )


def downgrade() -> None:
    """A digest does not tell the name: the portal's events do, read again from their beginning."""
