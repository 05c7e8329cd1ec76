"""Applications of households are listed by what is to be done with them: an index.

Expanding only: the earlier version does not ask by it.
"""

from alembic import op

from shared.db import online

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

NAME = "labour_immigrant_application_work_list"


def upgrade() -> None:
    online.create_index(NAME, "labour_immigrant_application", "(status, id)")


def downgrade() -> None:
    op.drop_index(NAME)
