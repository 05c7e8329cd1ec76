"""Applications for the extension of a status.

Expanding only: the earlier version does not ask for them.
"""

import sqlalchemy as sa
from alembic import op

from shared.db.grants import grant_more

revision = "0013"
down_revision = "0012"
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
        "kandas_extension_history",
        sa.Column("id", sa.UUID(), nullable=False),
        *_state(),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_table(
        "kandas_extension",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        *_state(),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.UUID(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.create_index("kandas_extension_status", "kandas_extension", ["status"])
    op.execute(grant_more({"public.kandas_extension": ("UPDATE",)}))


def downgrade() -> None:
    op.drop_table("kandas_extension")
    op.drop_table("kandas_extension_history")
