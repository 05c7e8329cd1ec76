"""Records are found by source id, person and day: indexes over members of their JSON.

Expanding only: the earlier version does not ask by them.
"""

from alembic import op

from shared.db import online

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
        online.create_index(f"{table}_day", table, f"(left(body #>> '{{{day}}}', 10), id)")
    for table, name in MEMBERS:
        online.create_index(f"{table}_by_{name}", table, f"((body #>> '{{{PATHS[name]}}}'))")


def downgrade() -> None:
    for table, name in MEMBERS:
        op.drop_index(f"{table}_by_{name}")
    for table in DAYS:
        op.drop_index(f"{table}_day")
