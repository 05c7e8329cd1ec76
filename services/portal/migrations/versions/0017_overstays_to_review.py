"""What overstay runs have found and nobody has confirmed is read by pages: an index that holds just these.

Expanding only: the earlier version reads the same rows without it.
"""

from alembic import op

from shared.db import online

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.create_index(
        "violation_found_by_run",
        "violation",
        "(id) WHERE NOT withdrawn AND violation = 'overstay' AND source_id LIKE 'overstay:%'"
        " AND body->>'confirmed_on' IS NULL",
    )


def downgrade() -> None:
    op.drop_index("violation_found_by_run", "violation")
