"""Contents of parked events that earlier versions kept are wiped; where they lie is noted, so that they are read again.

Expanding only: the column stays until no version reads it.
"""

from alembic import op

from shared.inbox.forgotten import forget_contents

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        forget_contents(op.get_bind(), "inbox_parked")


def downgrade() -> None:
    """What is forgotten does not come back."""
