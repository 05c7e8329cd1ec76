"""What copies lack is parked without its content: where it lies, and its digest. Operators may skip it or resend it.

Expanding only: a process of the earlier version goes on parking the event as it came.
"""

import sqlalchemy as sa
from alembic import op

from shared.db.grants import grant_more

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox_parked", sa.Column("transport", sa.Text()))
    op.add_column("inbox_parked", sa.Column("part", sa.Integer()))
    op.add_column("inbox_parked", sa.Column("position", sa.BigInteger()))
    op.add_column("inbox_parked", sa.Column("digest", sa.LargeBinary()))
    op.add_column("inbox_parked", sa.Column("type", sa.Text()))
    op.add_column("inbox_parked", sa.Column("resend", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("inbox_parked", sa.Column("skipped_at", sa.DateTime(timezone=True)))
    op.alter_column("inbox_parked", "event", nullable=True)
    op.execute(grant_more({"public.inbox_parked": ("UPDATE", "DELETE")}))


def downgrade() -> None:
    op.execute("DELETE FROM inbox_parked WHERE event IS NULL")
    for column in ("skipped_at", "resend", "type", "digest", "position", "part", "transport"):
        op.drop_column("inbox_parked", column)
    op.alter_column("inbox_parked", "event", nullable=False)
