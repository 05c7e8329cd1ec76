"""Records are found by source id, person and day: indexes over members of their JSON.

Expanding only: the earlier version does not ask by them.
"""

from alembic import op

from shared.db import online

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

DAYS = {
    "kandas_status": "applied_on",
}


def upgrade() -> None:
    for table, day in DAYS.items():
        online.create_index(f"{table}_day", table, f"(left(body #>> '{{{day}}}', 10), id)")


def downgrade() -> None:
    for table in DAYS:
        op.drop_index(f"{table}_day")
