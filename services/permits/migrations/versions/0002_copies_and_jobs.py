"""Bans on entry copied from the portal, and jobs by the clock."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entry_ban",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("barred_from", sa.Date(), nullable=False),
        sa.Column("barred_until", sa.Date(), nullable=True),
        sa.Column("iin", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("named", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "entry_ban_document", "entry_ban", ["document"], unique=False, postgresql_where=sa.text("document IS NOT NULL")
    )
    op.create_index("entry_ban_iin", "entry_ban", ["iin"], unique=False, postgresql_where=sa.text("iin IS NOT NULL"))
    op.create_index(
        "entry_ban_named", "entry_ban", ["named"], unique=False, postgresql_where=sa.text("named IS NOT NULL")
    )
    op.create_table(
        "inbox_parked",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("event", sa.LargeBinary(), nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "inbox_position",
        sa.Column("transport", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("transport", "source", "part"),
    )
    op.create_table(
        "inbox_source",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("current_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("source"),
    )
    op.create_table(
        "job_run",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job"),
    )


def downgrade() -> None:
    op.drop_table("job_run")
    op.drop_table("inbox_source")
    op.drop_table("inbox_position")
    op.drop_table("inbox_parked")
    op.drop_index("entry_ban_named", table_name="entry_ban", postgresql_where=sa.text("named IS NOT NULL"))
    op.drop_index("entry_ban_iin", table_name="entry_ban", postgresql_where=sa.text("iin IS NOT NULL"))
    op.drop_index("entry_ban_document", table_name="entry_ban", postgresql_where=sa.text("document IS NOT NULL"))
    op.drop_table("entry_ban")
