"""The codes of certificates, by which whoever holds one verifies it.

Expanding only: the earlier version issues certificates without, which get theirs when they are shown first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "certificate_code",
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("certificate"),
    )


def downgrade() -> None:
    op.drop_table("certificate_code")
