"""Records are found by source id, person and day: indexes over members of their JSON.

Expanding only: the earlier version does not ask by them.
"""

from alembic import op

from shared.db import online

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

DAYS = {
    "consular_registration": "registered_on",
    "host_country_figure": "reported_on",
}
MEMBERS = (("consular_registration", "document"),)
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
