"""Copies of work permits and declared workers hold no name: a right to stay is found by IIN and document."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("work_permit", "eaeu_worker"):
        op.execute(f"UPDATE {table} SET name_birth_key = NULL")  # noqa: S608 (names of ours)


def downgrade() -> None:
    """Nothing asks for the names."""
