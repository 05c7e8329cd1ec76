"""Which state of employers' staff others were told: none yet.

Expanding only: the earlier version knows no such table.
"""

import sqlalchemy as sa
from alembic import op

from shared.db.grants import grant_more

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_told",
        sa.Column("subject", sa.Text(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
    )
    op.execute(grant_more({"public.staff_told": ("UPDATE",)}))


def downgrade() -> None:
    op.drop_table("staff_told")
