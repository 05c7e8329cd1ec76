"""Regional quotas of kandas and resettlers: their versions, the pools of the one that stands, and the places given.

Expanding only: the earlier version knows none of these tables.
"""

import sqlalchemy as sa
from alembic import op

from shared.db.grants import grant_more

revision = "0011"
down_revision = "0010"
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
        "regional_quota_history",
        sa.Column("id", sa.UUID(), nullable=False),
        *_state(),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_table(
        "regional_quota",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        *_state(),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.create_table(
        "quota_pool",
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("used >= 0 AND used <= size", name="quota_pool_never_exceeded"),
        sa.PrimaryKeyConstraint("year", "kind", "region"),
    )
    op.create_table(
        "quota_place",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("given_back_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("quota_place_of_year", "quota_place", ["year", "kind"])
    op.create_table(
        "quota_year",
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year"),
    )
    more = {
        "public.regional_quota": ("UPDATE",),
        "public.quota_pool": ("UPDATE", "DELETE"),
        "public.quota_place": ("UPDATE",),
        "public.quota_year": ("UPDATE",),
    }
    op.execute(grant_more(more))  # type: ignore[arg-type]


def downgrade() -> None:
    for table in ("quota_year", "quota_place", "quota_pool", "regional_quota", "regional_quota_history"):
        op.drop_table(table)
