"""Applications of households for labour immigrants; their permits and places have no employer's application.

Expanding only: the earlier version writes an employer's application and BIN into every permit and place, as before.
"""

import sqlalchemy as sa
from alembic import op

from shared.db.grants import grant_more

revision = "0017"
down_revision = "0016"
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
    op.drop_constraint("quota_place_application_id_fkey", "quota_place")
    op.alter_column("work_permit", "application_id", nullable=True)
    op.alter_column("work_permit", "employer_bin", nullable=True)
    op.create_table(
        "labour_immigrant_application_history",
        sa.Column("id", sa.UUID(), nullable=False),
        *_state(),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_table(
        "labour_immigrant_application",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        *_state(),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("household_iin", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("permit_id", sa.UUID(), nullable=True),
        sa.ForeignKeyConstraint(["permit_id"], ["work_permit.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.create_index(
        "labour_immigrant_application_of_household", "labour_immigrant_application", ["household_iin"], unique=False
    )
    op.create_table(
        "labour_immigrant_tax",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("application_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["labour_immigrant_application.id"]),
        sa.PrimaryKeyConstraint("reference"),
    )
    op.execute(grant_more({"public.labour_immigrant_application": ("UPDATE",)}))


def downgrade() -> None:
    op.drop_table("labour_immigrant_tax")
    op.drop_table("labour_immigrant_application")
    op.drop_table("labour_immigrant_application_history")
    op.alter_column("work_permit", "employer_bin", nullable=False)
    op.alter_column("work_permit", "application_id", nullable=False)
    op.create_foreign_key(
        "quota_place_application_id_fkey", "quota_place", "work_permit_application", ["application_id"], ["id"]
    )
