"""Overstay runs are ordered, done in the background, and show how far they are."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "overstay_run",
        sa.Column("id", sa.UUID(), primary_key=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("examined", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("recorded", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("withdrawn", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.create_index(
        "overstay_run_waiting", "overstay_run", ["day"], unique=True, postgresql_where=sa.text("finished_at IS NULL")
    )


def downgrade() -> None:
    op.drop_table("overstay_run")
