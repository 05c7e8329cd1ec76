"""The outbox has epochs.

Expanding only: the earlier version appends events under the same trigger, and reads on without looking at epochs.
"""

import sqlalchemy as sa
from alembic import op

from shared.outbox.epoch import IN_ITS_EPOCH

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outbox_epoch",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("epoch", sa.UUID(), nullable=False, server_default=sa.text("gen_random_uuid()")),
        sa.Column("begins_after", sa.BigInteger(), nullable=False),
        sa.Column("life", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
    )
    for statement in IN_ITS_EPOCH:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TRIGGER outbox_in_its_epoch ON outbox")
    op.execute("DROP FUNCTION outbox_in_its_epoch(), outbox_life()")
    op.drop_table("outbox_epoch")
