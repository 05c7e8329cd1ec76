"""Applications for certificates of self-employment; a certificate is a work permit, as others are.

Expanding only: the earlier version knows no such table.
"""

import sqlalchemy as sa
from alembic import op

from shared.db.grants import grant_more

revision = "0021"
down_revision = "0020"
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
        "self_employment_application_history",
        sa.Column("id", sa.UUID(), nullable=False),
        *_state(),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_table(
        "self_employment_application",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        *_state(),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("permit_id", sa.UUID(), nullable=True),
        sa.ForeignKeyConstraint(["permit_id"], ["work_permit.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.create_index(
        "self_employment_application_work_list", "self_employment_application", ["status", "id"], unique=False
    )
    op.execute(grant_more({"public.self_employment_application": ("UPDATE",)}))


def downgrade() -> None:
    op.drop_table("self_employment_application")
    op.drop_table("self_employment_application_history")
