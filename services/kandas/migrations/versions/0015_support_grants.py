"""Support that settlers were granted.

Expanding only: the earlier version knows none of these tables.
"""

import sqlalchemy as sa
from alembic import op

from shared.db.grants import grant_more

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _state() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
    )


def upgrade() -> None:
    op.create_table(
        "support_grant_history",
        sa.Column("id", sa.UUID(), nullable=False),
        *_state(),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_table(
        "support_grant",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        *_state(),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("inclusion", sa.UUID(), nullable=False),
        sa.Column("iin", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.create_index("support_grant_inclusion", "support_grant", ["inclusion"])
    op.create_index("support_grant_iin", "support_grant", ["iin"])
    op.create_index("support_grant_document", "support_grant", ["document"])
    op.execute("CREATE INDEX support_grant_day ON support_grant (left(body #>> '{granted_on}', 10), id)")
    op.execute(grant_more({"public.support_grant": ("UPDATE",)}))


def downgrade() -> None:
    op.drop_table("support_grant")
    op.drop_table("support_grant_history")
