"""Extensions of employers' permits; a payment settles an application of either kind.

Expanding only: the earlier version knows no extensions, and writes an application's id into every payment, as before.
"""

import sqlalchemy as sa
from alembic import op

from shared.db.grants import grant_more

revision = "0019"
down_revision = "0018"
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
    op.drop_constraint("payment_application_id_fkey", "payment")
    op.create_table(
        "work_permit_extension_history",
        sa.Column("id", sa.UUID(), nullable=False),
        *_state(),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_table(
        "work_permit_extension",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        *_state(),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("permit_id", sa.UUID(), nullable=False),
        sa.Column("employer_bin", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("decide_by", sa.Date(), nullable=False),
        sa.Column("pay_by", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["permit_id"], ["work_permit.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.create_index("work_permit_extension_of_permit", "work_permit_extension", ["permit_id"], unique=False)
    op.create_index("work_permit_extension_work_list", "work_permit_extension", ["status", "decide_by"], unique=False)
    op.create_index(
        "work_permit_extension_open",
        "work_permit_extension",
        ["permit_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('submitted', 'granted')"),
    )
    op.execute(grant_more({"public.work_permit_extension": ("UPDATE",)}))


def downgrade() -> None:
    op.drop_table("work_permit_extension")
    op.drop_table("work_permit_extension_history")
    op.create_foreign_key(
        "payment_application_id_fkey", "payment", "work_permit_application", ["application_id"], ["id"]
    )
