"""Inclusions in the regional quotas: one record a person.

Expanding only: the earlier version knows none of these tables.
"""

import sqlalchemy as sa
from alembic import op

from shared.db.grants import grant_more

revision = "0012"
down_revision = "0011"
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
        "quota_inclusion_history",
        sa.Column("id", sa.UUID(), nullable=False),
        *_state(),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_table(
        "quota_inclusion",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        *_state(),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("iin", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.create_index("quota_inclusion_iin", "quota_inclusion", ["iin"])
    op.create_index("quota_inclusion_document", "quota_inclusion", ["document"])
    op.execute("CREATE INDEX quota_inclusion_day ON quota_inclusion (left(body #>> '{included_on}', 10), id)")
    op.execute(grant_more({"public.quota_inclusion": ("UPDATE",)}))


def downgrade() -> None:
    op.drop_table("quota_inclusion")
    op.drop_table("quota_inclusion_history")
