"""Evidence of revocation beside verdicts, reviews of accepted signatures, and whom a refused notice named."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "revocation_evidence",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "signature_review",
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("begun_at"),
    )
    op.add_column("signed_notice", sa.Column("host", sa.Text(), nullable=True))
    op.add_column("signed_notice", sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "signed_notice_refused",
        "signed_notice",
        ["received_from", "received_at"],
        unique=False,
        postgresql_where=sa.text("outcome = 'refused'"),
    )


def downgrade() -> None:
    op.drop_index("signed_notice_refused", table_name="signed_notice", postgresql_where=sa.text("outcome = 'refused'"))
    op.drop_column("signed_notice", "reviewed_at")
    op.drop_column("signed_notice", "host")
    op.drop_table("signature_review")
    op.drop_table("revocation_evidence")
