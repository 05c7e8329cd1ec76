"""The insurance fund's export asks for the families of a page of permits: an index of applications by their permit.

Expanding only: the earlier version does not ask by it.
"""

from alembic import op

from shared.db import online

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

NAME = "labour_immigrant_application_of_permit"


def upgrade() -> None:
    online.create_index(NAME, "labour_immigrant_application", "(permit_id)")


def downgrade() -> None:
    op.drop_index(NAME)
