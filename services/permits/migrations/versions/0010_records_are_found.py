"""Records are found by source id, person and day: indexes over members of their JSON.

Expanding only: the earlier version does not ask by them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

DAYS = {
    "work_permit": "issued_on",
    "eaeu_worker": "works_from",
}
MEMBERS = (
    ("work_permit", "iin"),
    ("work_permit", "document"),
    ("eaeu_worker", "iin"),
    ("eaeu_worker", "document"),
    ("eaeu_worker", "source_id"),
)
PATHS = {"iin": "person,iin", "document": "person,document,number", "source_id": "source_id"}


def upgrade() -> None:
    for table, day in DAYS.items():
        op.create_index(f"{table}_day", table, [sa.text(f"left(body #>> '{{{day}}}', 10)"), "id"])
    for table, name in MEMBERS:
        op.create_index(f"{table}_by_{name}", table, [sa.text(f"(body #>> '{{{PATHS[name]}}}')")])


def downgrade() -> None:
    for table, name in MEMBERS:
        op.drop_index(f"{table}_by_{name}")
    for table in DAYS:
        op.drop_index(f"{table}_day")
