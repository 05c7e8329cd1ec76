"""What was read of a source has the epoch of its outbox.

Expanding only: the earlier version reads on and writes neither column.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source_state", sa.Column("epoch", sa.Text()))
    op.add_column("source_state", sa.Column("went_back", sa.Boolean(), nullable=False, server_default=sa.text("false")))


def downgrade() -> None:
    op.drop_column("source_state", "went_back")
    op.drop_column("source_state", "epoch")
