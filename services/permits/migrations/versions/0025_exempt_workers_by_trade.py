"""The registers of workers show who is exempt from permits too: an index of them by occupation and region.

Expanding only: the earlier version does not ask by it.
"""

from alembic import op

from shared.db import online

revision = "0025"
down_revision = "0023"
branch_labels = None
depends_on = None

NAME = "exempt_worker_of_trade"


def upgrade() -> None:
    online.create_index(NAME, "exempt_worker", "((body #>> '{occupation}'), (body #>> '{region}'))")


def downgrade() -> None:
    op.drop_index(NAME)
