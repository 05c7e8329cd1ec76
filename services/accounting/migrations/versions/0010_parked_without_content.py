"""What is parked is kept without its content: where it lies, and its digest. Operators may skip it.

Expanding only: a process of the earlier version goes on parking the event as it came.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("parked_event", sa.Column("transport", sa.Text()))
    op.add_column("parked_event", sa.Column("part", sa.Integer()))
    op.add_column("parked_event", sa.Column("position", sa.BigInteger()))
    op.add_column("parked_event", sa.Column("digest", sa.LargeBinary()))
    op.add_column("parked_event", sa.Column("skipped_at", sa.DateTime(timezone=True)))
    op.alter_column("parked_event", "event", nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM parked_event WHERE event IS NULL")
    for column in ("skipped_at", "digest", "position", "part", "transport"):
        op.drop_column("parked_event", column)
    op.alter_column("parked_event", "event", nullable=False)
